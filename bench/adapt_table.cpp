// The paper's Table 2 on synthetic heads: how near a style learned from so many pairs in so many minutes
// comes to the true edit, at the picture's camera and at others, as shift-tolerant LPIPS (0: equal) over
// white, 128x128.
//   bench_adapt_table --model PACKAGE --shards DIR --prompt-models DIR --loss-models DIR --out TABLE.json
//       [--styles zombie,pixar,elf] [--pairs 2,5,10,20,50] [--minutes 0.1,1,2,5] [--tests 8] [--full PACKAGE]
//       [--threads N] [--rate R] [--batch N] [--ablate l3d,...] [--without high,low] [--hold-back]
//       [--processor-time]
// Parts of the table may be made one at a time (--styles zombie --pairs 10): they join what TABLE.json has.
// With --ablate the rows are called "10 -l3d", with --hold-back (a pair of six or more does not teach, as in
// the window and the verb) "10 held". `--pairs ""` makes none of them.
// Shards: triptych synthesize --every-edit, of heads that the model has not seen. The first heads that have a
// style are tested on, views of the others are learned from. Rows "nothing" (the reconstruction), "nothing
// -high" (--without: the same without E_high's maps of the picture, or E_low's; paper: Fig. 3), "0 min" (the
// name, before learning) and, with --full, a package that was trained on the styles.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapt/ablations.h"
#include "adapt/learner.h"
#include "adapt/style/apply.h"
#include "adapt_examples.h"
#include "core/atomic_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "image/sheet.h"
#include "model/starter/learned.h"
#include "model/starter/starter.h"
#include "model/torch_setup.h"
#include "render/renderer.h"
#include "synthetic/edits.h"
#include "train/losses/st_lpips.h"
#include "train/view_store.h"

namespace {

using namespace triptych;
using namespace triptych::bench;
using Options = std::map<std::string, std::string>;
using HeadMaker = std::function<Head(const Portrait&)>;

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

at::Tensor tensor_of(const Image8& rgb) {
  const at::Tensor bytes =
      at::from_blob(const_cast<std::uint8_t*>(rgb.pixels.data()), {1, rgb.height, rgb.width, 3}, at::kByte);
  return (bytes.to(at::kFloat) / 127.5 - 1).permute({0, 3, 1, 2}).contiguous();
}

struct Score {
  double own = 0, other = 0;
  std::vector<std::vector<Image8>> rows;  // before, truth, made, truth at the other camera, made
};

class Judge {
 public:
  Judge(const train::StLpips& lpips, ThreadPool& pool) : lpips_(lpips), pool_(pool) {}

  // `prompt` empty: the reconstruction.
  Score judge(const Model& model, const std::string& prompt, const std::vector<Example>& tests) {
    Progress progress;
    std::shared_ptr<const PromptFeatures> asked;
    if (!prompt.empty()) asked = must(model.encode_prompt({prompt, {}}, progress));
    const auto head_of = [&](const Portrait& portrait) {
      return must(model.make_head(*must(model.encode_picture(portrait, progress)), asked.get(), progress));
    };
    return judge(head_of, tests);
  }
  Score judge(const HeadMaker& head_of, const std::vector<Example>& tests) {
    const c10::InferenceMode inference;
    Score score;
    for (const Example& test : tests) {
      const Head head = head_of(portrait_of(*test.before));
      const Image8 own = render(head, test.after->key.camera), other = render(head, test.other->key.camera);
      const Image8 own_truth = shown(*test.after), other_truth = shown(*test.other);
      score.own += distance(own, own_truth) / static_cast<double>(tests.size());
      score.other += distance(other, other_truth) / static_cast<double>(tests.size());
      score.rows.push_back({shown(*test.before), own_truth, own, other_truth, other});
    }
    return score;
  }

 private:
  Image8 render(const Head& head, const Camera& camera) {
    RenderOptions options;
    options.width = options.height = view_size;
    Progress progress;
    return to_bytes(must(render_exact(head, camera, options, pool_, progress)).rgb);
  }
  double distance(const Image8& a, const Image8& b) {
    return lpips_(tensor_of(a), tensor_of(b)).item<double>();
  }
  const train::StLpips& lpips_;
  ThreadPool& pool_;
};

// Reconstructs without a branch, "high" or "low", as learning does with --ablate.
HeadMaker without(const Model& model, const std::string& branch) {
  const auto inside = starter::inside(model);
  if (!inside || (branch != "high" && branch != "low")) {
    std::fprintf(stderr, "bench_adapt_table: --without takes high, low and a starter\n");
    std::exit(2);
  }
  const auto decoder = std::make_shared<const Decoder>(starter::decoder_of(inside->weights));
  const auto templates = std::make_shared<const std::array<Plane, 3>>(starter::templates_of(inside->weights));
  return [net = *inside, branch, decoder, templates](const Portrait& portrait) {
    starter::PictureMaps maps = starter::encode_picture(
        net.config, net.weights, starter::network_input(portrait.rgb, portrait.mask, net.config.picture),
        starter::camera_tensor({&portrait.camera, 1}));
    if (branch == "low") {
      maps.low = at::zeros_like(maps.low);
    } else {
      maps.high128 = at::zeros_like(maps.high128);
      maps.high64 = at::zeros_like(maps.high64);
    }
    const starter::Planes planes = starter::make_planes(net.config, net.weights, maps, {}, {});
    return starter::to_head(planes, portrait.camera, decoder, templates);
  };
}

double seconds_now(bool processor) {
  if (processor) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

nlohmann::json to_json(const Score& score) {
  return {{"own", score.own}, {"other", score.other}};
}

struct Table {
  const Options& options;
  std::shared_ptr<const Model> model;
  Judge& judge;
  nlohmann::json result = nlohmann::json::object();  // "style", "row", "column"

  // What an earlier call has left.
  void take_up() {
    const auto text = read_file(options.at("out"));
    const auto before = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    if (before.is_object()) result = before;
  }

  void say(const std::string& style, const std::string& row, const std::string& column, const Score& score) {
    std::printf("%-8s %8s %8s   own %.4f   other %.4f\n", style.c_str(), row.c_str(), column.c_str(),
                score.own, score.other);
    std::fflush(stdout);
    result[style][row][column] = to_json(score);
    const std::filesystem::path out = options.at("out");
    [[maybe_unused]] const Status saved = write_file(out, result.dump(1));
    const auto sheet = out.parent_path() / (style + "_" + row + "_" + column + ".png");
    [[maybe_unused]] const Status drawn = save_picture(sheet, sheet_of(score.rows));
  }

  std::shared_ptr<const Model> with(adapt::Learner& learner) const {
    adapt::Style style = learner.about();
    style.snapshots.push_back(
        {"", 0, 0, std::nullopt, std::make_shared<const adapt::StyleTensors>(must(learner.snapshot()))});
    return must(adapt::with_styles(model, {std::make_shared<const adapt::Style>(std::move(style))}));
  }

  // One row: so many pairs, the columns one after the other.
  void row(const std::string& style, const std::vector<Example>& tests, const std::vector<Example>& learned) {
    adapt::LearningConfig config;
    config.name = style;
    config.hold_back = options.contains("hold-back");
    config.loss_models = options.at("loss-models");
    config.prompt_models = options.at("prompt-models");
    if (options.contains("rate")) config.learning_rate = std::stod(options.at("rate"));
    std::string name = std::to_string(learned.size());
    if (options.contains("ablate")) {
      adapt::ablate(config, list_of(options.at("ablate")));
      name += " -" + options.at("ablate");
    }
    if (config.hold_back) name += " held";
    std::vector<adapt::Pair> pairs;
    for (const Example& example : learned) pairs.push_back(pair_of(example));
    const auto learner = must(adapt::make_learner(model, std::move(pairs), config));
    Progress progress;
    const bool processor = options.contains("processor-time");
    const double started = seconds_now(processor);
    if (const Status prepared = learner->prepare(progress); !prepared)
      must(Result<int>(tl::make_unexpected(prepared.error())));
    std::printf("%s, %s pairs: prepared in %.1f s\n", style.c_str(), name.c_str(),
                seconds_now(processor) - started);
    if (!result[style].contains("0 min"))
      say(style, "0 min", "0", judge.judge(*with(*learner), style, tests));
    const std::vector<std::string> columns = list_of(options.at("minutes"));
    const int batch = std::stoi(options.at("batch"));
    double spent = 0, loss = 0;
    int steps = 0;
    for (const std::string& column : columns) {
      for (const double end = 60 * std::stod(column); spent < end; ++steps) {
        const double before = seconds_now(processor);
        const adapt::StepLosses losses = must(learner->step(batch, spent / (60 * std::stod(columns.back()))));
        spent += seconds_now(processor) - before;
        loss = steps == 0 ? losses.total : 0.9 * loss + 0.1 * losses.total;
      }
      std::printf("  %d steps, %.1f s, loss %.4f\n", steps, spent, loss);
      say(style, name, column, judge.judge(*with(*learner), style, tests));
    }
  }
};

Options parse(int argc, char** argv) {
  Options options{{"styles", "zombie,pixar,elf"},
                  {"pairs", "2,5,10,20,50"},
                  {"minutes", "0.1,1,2,5"},
                  {"tests", "8"},
                  {"threads", "0"},
                  {"batch", "4"}};
  for (int i = 1; i < argc; ++i) {
    const std::string key = std::string(argv[i]).substr(2);
    const bool flag = key == "processor-time" || key == "hold-back";
    options[key] = flag || i + 1 == argc ? "" : argv[++i];
  }
  for (const char* key : {"model", "shards", "prompt-models", "loss-models", "out"}) {
    if (!options.contains(key)) {
      std::fprintf(stderr, "bench_adapt_table: --%s is missing\n", key);
      std::exit(2);
    }
  }
  return options;
}

int edit_of(const std::string& name) {
  if (const int edit = synthetic::find_edit(name); edit >= 0) return edit;
  std::fprintf(stderr, "bench_adapt_table: no edit is called %s\n", name.c_str());
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const int threads = std::stoi(options.at("threads"));
  set_up_torch(threads);
  ModelOptions settings;
  settings.prompt_assets = options.at("prompt-models");
  ThreadPool pool(threads);
  const train::StLpips lpips =
      must(train::StLpips::load(std::filesystem::path(options.at("loss-models")) / "st_lpips.safetensors"));
  Judge judge(lpips, pool);
  Table table{options, must(open_model(options.at("model"), settings)), judge};
  table.take_up();
  train::ViewStore store({options.at("shards")}, std::size_t{1} << 31);
  [[maybe_unused]] const bool some = must(store.rescan());
  const auto tests = static_cast<std::size_t>(std::stoul(options.at("tests")));
  const auto branches = options.contains("without") ? list_of(options.at("without")) : list_of("");
  for (const std::string& style : list_of(options.at("styles"))) {
    std::vector<std::vector<Example>> heads = examples_of(store, edit_of(style));
    std::printf("%s: %zu heads\n", style.c_str(), heads.size());
    if (heads.size() <= tests) continue;
    std::vector<Example> held;
    for (std::size_t i = 0; i < tests; ++i) held.push_back(heads[i].front());
    heads.erase(heads.begin(), heads.begin() + static_cast<std::ptrdiff_t>(tests));
    const std::vector<Example> all = in_turn(heads);
    table.say(style, "nothing", "0", judge.judge(*table.model, "", held));
    for (const std::string& branch : branches) {
      table.say(style, "nothing -" + branch, "0", judge.judge(without(*table.model, branch), held));
    }
    if (options.contains("full")) {
      const auto full = must(open_model(options.at("full"), settings));
      table.say(style, "full", "0", judge.judge(*full, style, held));
    }
    for (const std::string& count : list_of(options.at("pairs"))) {
      const auto wanted = static_cast<std::size_t>(std::stoul(count));
      if (wanted > all.size()) {
        std::printf("%s: only %zu pairs to learn from, no row of %zu\n", style.c_str(), all.size(), wanted);
        continue;
      }
      table.row(style, held, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(wanted)});
    }
  }
  return 0;
}
