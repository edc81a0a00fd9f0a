#include "synthetic/formats.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "core/atomic_file.h"

namespace triptych::synthetic {
namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// The words of one line, without copies.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}
  std::string_view next() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
    std::size_t n = 0;
    while (n < rest_.size() && !blank(rest_[n])) ++n;
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }
  std::vector<std::string_view> all() {
    std::vector<std::string_view> words;
    for (auto word = next(); !word.empty(); word = next()) words.push_back(word);
    return words;
  }

 private:
  std::string_view rest_;
};

template <typename T>
bool number(std::string_view word, T& value) {
  if (!word.empty() && word.front() == '+') word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc{} && end == word.data() + word.size();
}

bool vector_of(Words& words, Vector& value) {
  return number(words.next(), value.x) && number(words.next(), value.y) && number(words.next(), value.z);
}

template <typename Function>
Status for_each_line(const std::filesystem::path& path, const Function& use) {
  TRIPTYCH_TRY(const std::string text, read_file(path, std::uintmax_t{1} << 28U));
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (!use(rest.substr(0, end))) {
      return fail(path.string() + ":" + std::to_string(line) + ": cannot be read; get the assets again");
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

bool in_range(int index, std::size_t count) {
  return index >= 0 && static_cast<std::size_t>(index) < count;
}

bool read_polygon(Words& words, Polygon& polygon) {
  int corners = 0;
  for (auto word = words.next(); !word.empty(); word = words.next(), ++corners) {
    if (corners == 4) return false;
    const std::size_t slash = word.find('/');
    const auto i = static_cast<std::size_t>(corners);
    int position = 0, uv = 1;
    if (!number(word.substr(0, slash), position)) return false;
    if (slash != std::string_view::npos) {
      const auto tail = word.substr(slash + 1);
      const auto second = tail.substr(0, tail.find('/'));
      if (!second.empty() && !number(second, uv)) return false;
    }
    polygon.position[i] = position - 1;
    polygon.uv[i] = uv - 1;
  }
  if (corners == 3) {
    polygon.position[3] = polygon.position[2];
    polygon.uv[3] = polygon.uv[2];
  }
  return corners >= 3;
}

}  // namespace

Result<ObjMesh> read_obj(const std::filesystem::path& path) {
  ObjMesh mesh;
  mesh.groups.emplace_back();
  const auto use = [&](std::string_view line) {
    Words words(line);
    const auto key = words.next();
    if (key == "v") return vector_of(words, mesh.positions.emplace_back());
    if (key == "vt") {
      Uv& uv = mesh.uvs.emplace_back();
      return number(words.next(), uv.u) && number(words.next(), uv.v);
    }
    if (key == "g") mesh.groups.emplace_back(words.next());
    if (key == "f") {
      mesh.group.push_back(static_cast<int>(mesh.groups.size()) - 1);
      return read_polygon(words, mesh.polygons.emplace_back());
    }
    return true;
  };
  TRIPTYCH_CHECK(for_each_line(path, use));
  if (mesh.uvs.empty()) mesh.uvs.emplace_back();
  for (const Polygon& polygon : mesh.polygons) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (!in_range(polygon.position[i], mesh.positions.size()) ||
          !in_range(polygon.uv[i], mesh.uvs.size())) {
        return fail(path.string() + ": a face names a vertex that does not exist; get the assets again");
      }
    }
  }
  return mesh;
}

Result<Target> read_target(const std::filesystem::path& path, std::size_t vertices) {
  Target target;
  const auto use = [&](std::string_view line) {
    Words words(line);
    const auto first = words.next();
    if (first.empty() || first.front() == '#') return true;
    int index = 0;
    if (!number(first, index) || !in_range(index, vertices)) return false;
    target.index.push_back(index);
    return vector_of(words, target.offset.emplace_back());
  };
  TRIPTYCH_CHECK(for_each_line(path, use));
  return target;
}

namespace {

bool read_binding(const std::vector<std::string_view>& words, std::size_t vertices, Proxy::Binding& binding) {
  if (words.size() == 1) {
    int index = 0;
    if (!number(words[0], index) || !in_range(index, vertices)) return false;
    binding.vertex = {index, index, index};
    return true;
  }
  if (words.size() < 6) return false;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!number(words[i], binding.vertex[i]) || !in_range(binding.vertex[i], vertices)) return false;
    if (!number(words[3 + i], binding.weight[i])) return false;
  }
  if (words.size() < 9) return true;
  return number(words[6], binding.offset.x) && number(words[7], binding.offset.y) &&
         number(words[8], binding.offset.z);
}

// "3 - 10 12 14 - 20"
bool read_hidden(const std::vector<std::string_view>& words, std::size_t vertices, std::vector<int>& hidden) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    int first = 0;
    if (!number(words[i], first)) return false;
    int last = first;
    if (i + 2 < words.size() && words[i + 1] == "-") {
      if (!number(words[i + 2], last)) return false;
      i += 2;
    }
    if (!in_range(first, vertices) || !in_range(last, vertices)) return false;
    for (int v = first; v <= last; ++v) hidden.push_back(v);
  }
  return true;
}

}  // namespace

Result<Proxy> read_proxy(const std::filesystem::path& path, std::size_t vertices) {
  Proxy proxy;
  std::string obj;
  enum class Section { head, bindings, hidden } section = Section::head;
  const auto use = [&](std::string_view line) {
    const auto words = Words(line).all();
    if (words.empty() || words[0].front() == '#') return true;
    const auto key = words[0];
    if (key == "verts" || key == "delete_verts" || key == "weights") {
      section = key == "verts" ? Section::bindings : key == "delete_verts" ? Section::hidden : Section::head;
      return true;
    }
    if (std::string_view("-0123456789").find(key.front()) != std::string_view::npos) {
      if (section == Section::bindings) return read_binding(words, vertices, proxy.bindings.emplace_back());
      if (section == Section::hidden) return read_hidden(words, vertices, proxy.hidden);
      return true;
    }
    if (section == Section::hidden) section = Section::head;
    if (key.size() == 7 && key.substr(1) == "_scale" && key[0] >= 'x' && key[0] <= 'z' && words.size() >= 4) {
      Proxy::Scale& scale = proxy.scale[static_cast<std::size_t>(key[0] - 'x')];
      return number(words[1], scale.first) && number(words[2], scale.second) &&
             number(words[3], scale.distance) && in_range(scale.first, vertices) &&
             in_range(scale.second, vertices);
    }
    if (key == "obj_file" && words.size() > 1) obj = words[1];
    return true;
  };
  TRIPTYCH_CHECK(for_each_line(path, use));
  TRIPTYCH_TRY(proxy.mesh, read_obj(path.parent_path() / obj));
  if (proxy.mesh.positions.size() != proxy.bindings.size()) {
    return fail(path.string() + ": its vertices and those of " + obj +
                " differ in number; get the assets again");
  }
  return proxy;
}

std::vector<Vector> Proxy::fit(const std::vector<Vector>& base) const {
  const auto at = [&](int i) { return base[static_cast<std::size_t>(i)]; };
  const auto stretch = [&](const Scale& s, float Vector::*axis) {
    return s.distance > 0 ? std::abs(at(s.first).*axis - at(s.second).*axis) / s.distance : 1.0F;
  };
  const Vector scaling{stretch(scale[0], &Vector::x), stretch(scale[1], &Vector::y),
                       stretch(scale[2], &Vector::z)};
  std::vector<Vector> positions;
  positions.reserve(bindings.size());
  for (const Binding& b : bindings) {
    positions.push_back(at(b.vertex[0]) * b.weight[0] + at(b.vertex[1]) * b.weight[1] +
                        at(b.vertex[2]) * b.weight[2] + b.offset * scaling);
  }
  return positions;
}

}  // namespace triptych::synthetic
