#include "state/session_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/json.h"
#include "core/safetensors.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* format_name = "triptych session";

json to_json(const OrbitController::Pose& pose) {
  return {pose.yaw, pose.pitch, pose.fov, pose.pan_x, pose.pan_y};
}

OrbitController::Pose pose_of(const json& values) {
  const auto v = values.get<std::vector<float>>();
  if (v.size() != 5) throw json::other_error::create(501, "a camera has 5 numbers", nullptr);
  return {v[0], v[1], v[2], v[3], v[4]};
}

json to_json(const Face& face) {
  json landmarks = json::array();
  for (const Point2& point : face.landmarks) landmarks.push_back({point.x, point.y});
  return {{"box", {face.left, face.top, face.right, face.bottom}},
          {"score", face.score},
          {"landmarks", std::move(landmarks)},
          {"depth", face.depth}};
}

Face face_of(const json& entry) {
  const auto box = entry.at("box").get<std::array<float, 4>>();
  Face face{box[0], box[1], box[2], box[3], entry.at("score").get<float>(), {}, {}};
  for (const json& point : entry.at("landmarks")) {
    const auto [x, y] = point.get<std::array<float, 2>>();
    face.landmarks.push_back({x, y});
  }
  face.depth = entry.at("depth").get<std::vector<float>>();
  return face;
}

void add_image(SafetensorsWriter& writer, const std::string& name, const Image8& image) {
  writer.add(name, Dtype::u8, {image.height, image.width, image.channels},
             std::as_bytes(std::span(image.pixels)));
}

Result<Image8> image_in(const SafetensorsReader& reader, const std::string& name) {
  TRIPTYCH_TRY(const TensorView view, reader.find(name));
  constexpr std::int64_t largest = 32767;
  if (view.dtype != Dtype::u8 || view.shape.size() != 3 || view.shape[2] != 3 ||
      std::ranges::any_of(view.shape, [](std::int64_t n) { return n < 1 || n > largest; })) {
    return fail("the session's picture \"" + name + "\" is damaged");
  }
  Image8 image(static_cast<int>(view.shape[1]), static_cast<int>(view.shape[0]), 3);
  std::ranges::transform(view.bytes, image.pixels.begin(),
                         [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  return image;
}

json variants_json(const Session& session, SafetensorsWriter& writer) {
  json list = json::array();
  for (const auto& variant : session.scene.history) {
    const std::string id = std::to_string(variant->id);
    list.push_back({{"id", variant->id},
                    {"label", variant->label},
                    {"text", variant->text},
                    {"strength", variant->strength},
                    {"reference_name", variant->reference_name}});
    if (variant->reference) add_image(writer, "reference." + id, *variant->reference);
    const auto thumbnail = session.thumbnails.find(variant->id);
    if (thumbnail != session.thumbnails.end()) add_image(writer, "thumbnail." + id, *thumbnail->second);
  }
  return list;
}

// Null where there is none.
Result<std::shared_ptr<const Image8>> image_if_any(const SafetensorsReader& reader, const std::string& name) {
  if (!reader.contains(name)) return nullptr;
  TRIPTYCH_TRY(Image8 image, image_in(reader, name));
  return std::make_shared<const Image8>(std::move(image));
}

Status read_variants(const json& list, const SafetensorsReader& reader, Session& session) {
  for (const json& entry : list) {
    auto variant = std::make_shared<Variant>();
    variant->id = entry.at("id").get<int>();
    variant->label = entry.at("label").get<std::string>();
    variant->text = entry.at("text").get<std::string>();
    variant->reference_name = entry.value("reference_name", "");  // earlier programs kept none
    variant->strength = std::clamp(entry.value("strength", 1.0F), 0.0F, max_strength);  // nor this
    const std::string id = std::to_string(variant->id);
    TRIPTYCH_TRY(variant->reference, image_if_any(reader, "reference." + id));
    TRIPTYCH_TRY(auto thumbnail, image_if_any(reader, "thumbnail." + id));
    if (thumbnail) session.thumbnails[variant->id] = std::move(thumbnail);
    session.scene.history.push_back(std::move(variant));
  }
  return {};
}

// Files of earlier programs hold no faces.
Status read_faces(const json& entry, Source& source) {
  for (const json& face : member(entry, "faces")) source.faces.push_back(face_of(face));
  if (source.faces.empty()) return {};
  source.face = entry.at("face").get<int>();
  source.corrected = entry.at("corrected").get<bool>();
  if (source.face >= 0 && static_cast<std::size_t>(source.face) < source.faces.size()) return {};
  return fail("the session is damaged: it shows a face that it does not hold");
}

Result<std::shared_ptr<const Source>> read_source(const json& entry, const SafetensorsReader& reader) {
  auto source = std::make_shared<Source>();
  source->path = entry.at("path").get<std::string>();
  source->preview_scale = entry.at("preview_scale").get<float>();
  if (!(source->preview_scale > 0)) return fail("the session is damaged: its preview has no scale");
  TRIPTYCH_TRY(Image8 preview, image_in(reader, "preview"));
  source->preview = std::make_shared<const Image8>(std::move(preview));
  Portrait& portrait = source->portrait;
  TRIPTYCH_TRY(portrait.rgb, image_in(reader, "portrait"));
  const std::array<std::int64_t, 2> shape{portrait.rgb.height, portrait.rgb.width};
  portrait.mask = ImageF(portrait.rgb.width, portrait.rgb.height, 1);
  TRIPTYCH_TRY(portrait.mask.pixels, reader.floats("mask", shape));
  portrait.camera.camera_to_world = entry.at("camera_to_world").get<std::array<float, 16>>();
  portrait.camera.intrinsics = entry.at("intrinsics").get<std::array<float, 9>>();
  const auto frame = entry.at("frame").get<std::array<float, 4>>();
  portrait.frame = {{frame[0], frame[1]}, frame[2], frame[3]};
  if (!portrait.camera.valid()) return fail("the session's camera is damaged");
  TRIPTYCH_CHECK(read_faces(entry, *source));
  return source;
}

// Files of earlier programs do not say it.
MadeBy made_by_of(const json& entry) {
  if (!entry.is_object()) return {};
  return {entry.at("name").get<std::string>(), entry.at("hash").get<std::string>(), entry.value("style", "")};
}

Result<Session> parse(const SafetensorsReader& reader, Services& services) {
  const auto text = reader.metadata().find("session");
  if (text == reader.metadata().end()) return fail("it is not a Triptych session");
  TRIPTYCH_TRY(const json root, parse_json(text->second));
  const int version = root.at("version").get<int>();
  if (version > session_format_version) {
    return fail("it was written by a newer Triptych (format " + std::to_string(version) +
                "): update the program");
  }
  Session session;
  Scene& scene = session.scene;
  TRIPTYCH_CHECK(read_variants(root.at("history"), reader, session));
  scene.current = root.at("current").get<int>();
  scene.strength = std::clamp(root.at("strength").get<float>(), 0.0F, max_strength);
  if (scene.current < -1 || scene.current >= static_cast<int>(scene.history.size())) {
    return fail("it is damaged: it shows an entry that it does not hold");
  }
  session.pose = pose_of(root.at("pose"));
  session.home = pose_of(root.at("home"));
  session.draft_text = root.at("draft").get<std::string>();
  session.made_by = made_by_of(member(root, "model"));
  for (const json& key : member(root, "path")) scene.path.keys.push_back(pose_of(key));
  if (root.contains("source")) {
    TRIPTYCH_TRY(scene.source, read_source(root.at("source"), reader));
  } else if (!scene.history.empty()) {
    scene.head_path = root.at("head").get<std::string>();
    TRIPTYCH_TRY(const Head head, services.load_head(scene.head_path));
    auto variant = std::make_shared<Variant>(*scene.history.front());
    auto edit = std::make_shared<Edit>();
    edit->reconstruction = edit->edited = head;
    variant->edit = std::move(edit);
    scene.history = {std::move(variant)};
    scene.current = 0;
  }
  return session;
}

}  // namespace

Status write_session(const fs::path& path, const Session& session) {
  const Scene& scene = session.scene;
  SafetensorsWriter writer;
  json root{{"version", session_format_version}, {"history", variants_json(session, writer)},
            {"current", scene.current},          {"strength", scene.strength},
            {"pose", to_json(session.pose)},     {"home", to_json(session.home)},
            {"draft", session.draft_text}};
  for (const auto& key : scene.path.keys) root["path"].push_back(to_json(key));
  const MadeBy& made_by = session.made_by;
  if (!made_by.hash.empty()) {
    root["model"] = {{"name", made_by.name}, {"hash", made_by.hash}, {"style", made_by.style}};
  }
  if (scene.source) {
    const Portrait& portrait = scene.source->portrait;
    json faces = json::array();
    for (const Face& face : scene.source->faces) faces.push_back(to_json(face));
    root["source"] = {{"path", scene.source->path.string()},
                      {"preview_scale", scene.source->preview_scale},
                      {"faces", std::move(faces)},
                      {"face", scene.source->face},
                      {"corrected", scene.source->corrected},
                      {"camera_to_world", portrait.camera.camera_to_world},
                      {"intrinsics", portrait.camera.intrinsics},
                      {"frame",
                       {portrait.frame.centre.x, portrait.frame.centre.y, portrait.frame.half_size,
                        portrait.frame.roll_degrees}}};
    add_image(writer, "portrait", portrait.rgb);
    add_image(writer, "preview", *scene.source->preview);
    writer.add_floats("mask", {portrait.mask.height, portrait.mask.width}, portrait.mask.pixels);
  } else {
    root["head"] = scene.head_path.string();
  }
  writer.set_metadata("format", format_name);
  writer.set_metadata("session", json_text(root));
  return writer.write(path);
}

Result<Session> load_session(const fs::path& path, Services& services) {
  TRIPTYCH_TRY(const SafetensorsReader reader, SafetensorsReader::open(path));
  const std::string name = path.filename().string();
  try {
    auto session = parse(reader, services);
    if (!session) return fail(name + ": " + session.error().message, session.error().detail);
    return session;
  } catch (const json::exception& error) {
    return fail(name + ": the session is damaged; an older copy may still open", error.what());
  }
}

}  // namespace triptych::app
