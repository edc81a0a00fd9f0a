#include "review.h"

#include <sys/stat.h>

#include "xdnd.h"

namespace triptych::test {
namespace {

struct State {
  const char* name;
  bool (*reach)(Photographer&);
};

// A key of a head's view, and the exact picture of what it leads to.
bool press(Photographer& p, const std::string& key) {
  p.person->key(key);
  return p.person->sees(is_still);
}

bool show_grid(Photographer& p) {
  return press(p, "n") && press(p, "g") &&
         p.person->sees([](const json& s) { return s["view"]["grid"] == 25 && s["jobs"].empty(); });
}

bool show_path(Photographer& p) {
  return press(p, "g") && press(p, "k") && press(p, "Right") && press(p, "k");
}

// Of one dialog after another: Escape closes the one before.
bool open_dialog(Photographer& p, const std::string& keys, const std::string& mark) {
  p.person->key("Escape");
  p.person->key(keys);
  return p.sees_mark(mark);
}

bool drop_new_file(Photographer& p, const std::string& name) {
  p.person->key("Escape");
  std::ofstream(*p.folder / name) << "nothing of use";
  return p.person->drop({*p.folder / name}, "viewport");
}

bool drag_view(Photographer& p, float from_x, float to_x, float to_y) {
  p.person->drag("view.square", from_x, 0.5F, to_x, to_y);
  return p.person->sees(is_still);
}

bool show_tooltip(Photographer& p) {
  p.person->hover("compare.1");
  return p.person->sees([](const json& s) { return s["tooltip"] == true; });
}

bool show_palette(Photographer& p) {
  p.person->key("Escape");
  p.person->key("ctrl+k");
  p.person->type("vi");
  return p.person->sees([](const json& s) { return s["dialogs"]["palette"] == true; });
}

bool open_adapt_and_zoom(Photographer& p) {
  p.person->key("a");
  p.person->click("picture.zoom");
  return p.sees_mark("adapt.open");
}

bool choose_video(Photographer& p) {
  p.person->click("export.kind.1");
  return p.sees_mark("export.seconds");
}

bool show_about(Photographer& p) {
  p.person->key("Escape");
  p.person->click("status.model");
  return p.sees_mark("about");
}

bool drop_reference(Photographer& p) {
  p.person->key("Escape");
  return p.person->drop({p.portrait()}, "prompt.panel") && p.sees_mark("reference");
}

// An export to a file of this name, up to the notice that it is done.
bool export_to(Photographer& p, const std::string& name) {
  if (!open_dialog(p, "ctrl+e", "export.start")) return false;
  p.person->click("export.kind.0");
  if (!p.sees_mark("export.size.0")) return false;
  p.person->click("export.start");
  p.person->click("dialog.path");
  p.person->key("ctrl+a");
  p.person->type((*p.folder / name).string());
  p.person->key("Return");
  return p.person->sees([&](const json& s) {
    return std::ranges::any_of(s["notices"],
                               [&](const json& n) { return n["sentence"] == "Exported " + name; });
  });
}

// Of the newest notice; as long as the mouse is over it, it stays.
bool open_details(Photographer& p) {
  std::string newest;
  for (const auto& [mark, _] : p.person->state()["marks"].items()) {
    if (mark.starts_with("notice.") && mark.ends_with(".details") && mark.size() >= newest.size())
      newest = mark;
  }
  if (newest.empty()) return false;
  p.person->click(newest);
  return p.sees_mark(newest);
}

bool show_error(Photographer& p) {
  return drop_new_file(p, "broken.png") &&
         p.person->sees([](const json& s) { return !s["notices"].empty(); });
}

// One after another, from a head with one edit.
const std::vector<State> states{
    {"result", [](Photographer& p) { return drag_view(p, 0.5F, 0.4F, 0.46F); }},
    {"beyond", [](Photographer& p) { return drag_view(p, 0.9F, 0.1F, 0.5F); }},
    {"wipe", [](Photographer& p) { return press(p, "r") && press(p, "w"); }},
    {"sides", [](Photographer& p) { return press(p, "s"); }},
    {"depth", [](Photographer& p) { return press(p, "s") && press(p, "d"); }},
    {"normals", [](Photographer& p) { return press(p, "n"); }},
    {"grid", show_grid},
    {"path", show_path},
    {"adapt", open_adapt_and_zoom},
    {"tooltip", show_tooltip},
    {"help", [](Photographer& p) { return open_dialog(p, "F1", "help"); }},
    {"palette", show_palette},
    {"export", [](Photographer& p) { return open_dialog(p, "ctrl+e", "export.start"); }},
    {"export_video", choose_video},
    {"preferences", [](Photographer& p) { return open_dialog(p, "ctrl+comma", "preferences.done"); }},
    {"file", [](Photographer& p) { return open_dialog(p, "ctrl+s", "dialog.path"); }},
    {"import", [](Photographer& p) { return drop_new_file(p, "mine.pt") && p.sees_mark("import.start"); }},
    {"error", show_error},
    {"success", [](Photographer& p) { return export_to(p, "head.png"); }},
    {"details", [](Photographer& p) { return export_to(p, "again.png") && open_details(p); }},
    {"about", show_about},
    {"reference", drop_reference},
};

bool review_starts(Photographer& p, Look look) {
  if (!p.begin(look, {}) || !p.person->sees(is_still)) return false;
  p.save(look.name() + "-welcome");
  p.person->close();
  if (p.person->wait_exit() != 0 || !p.again({}) || !p.sees_mark("empty.open")) return false;
  p.save(look.name() + "-empty");
  return true;
}

// While files are dragged over it, from outside the largest window.
bool review_drag(Photographer& p, Look look) {
  Person::xdotool("mousemove 2750 1750 mousedown 1");
  FileDrag drag(p.person->window(), {p.portrait()});
  p.person->hover("viewport");
  const auto at = p.person->at("viewport");
  const bool seen =
      drag.move(at.x, at.y) && p.person->sees([](const json& s) { return s["drop_target"] == "viewport"; });
  if (seen) p.save(look.name() + "-drop");
  Person::xdotool("mouseup 1");
  return seen && drag.drop();
}

// What it asks about edits that are not saved: before it ends, and after it did not end well.
bool review_questions(Photographer& p, Look look) {
  p.person->close();
  if (!p.sees_mark("quit.stay")) return false;
  p.save(look.name() + "-quit");
  p.person->click("quit.stay");
  const auto saved = [](const json& s) {
    return s["dialogs"]["quit"] == false && s["jobs"].empty() && s["autosave_waits"] == false;
  };
  if (!p.person->sees(saved)) return false;
  p.person->kill();
  if (!p.again({}) || !p.sees_mark("recovery.restore")) return false;
  p.save(look.name() + "-recovery");
  return true;
}

bool review_head(Photographer& p, Look look) {
  if (!p.begin_with_head(look)) return false;
  p.save(look.name() + "-first");
  if (!p.apply("bronze statue")) return false;
  for (const State& state : states) {
    if (!state.reach(p)) return false;
    p.save(look.name() + "-" + state.name);
  }
  return review_drag(p, look) && review_questions(p, look);
}

// The question while a style is learned; then what can be done with the style that has come of it.
bool review_learned(Photographer& p, Look look) {
  p.person->close();
  if (!p.sees_mark("quit.stay")) return false;
  p.save(look.name() + "-quit-learning");
  p.person->click("quit.stay");
  if (!p.person->sees([](const json& s) { return s["dialogs"]["quit"] == false; })) return false;
  p.person->click("adapt.stop");
  const auto learned = [](const json& s) {
    return s["adapt"]["busy"] == false && s["marks"].contains("style.redhead");
  };
  if (!p.person->sees(learned)) return false;
  p.person->click("style.redhead", 3);
  if (!p.sees_mark("style.delete")) return false;
  p.save(look.name() + "-style-menu");
  p.person->click("style.delete");
  if (!p.sees_mark("delete.confirm")) return false;
  p.save(look.name() + "-style-delete");
  return true;
}

bool review_lesson(Photographer& p, Look look) {
  if (!p.begin_with_head(look)) return false;
  if (!p.person->drop({make_red_pair(*p.folder, p.portrait())}, "viewport")) return false;
  if (!p.person->sees([](const json& s) { return s["adapt"]["pairs"].size() == 1; })) return false;
  p.save(look.name() + "-pairs");
  p.person->click("adapt.start");
  if (!p.sees_mark("adapt.view")) return false;
  p.save(look.name() + "-learning");
  p.person->click("jobs");
  if (!p.person->sees([](const json& s) { return s["dialogs"]["jobs"] == true; })) return false;
  p.save(look.name() + "-jobs");
  p.person->key("Escape");
  return review_learned(p, look);
}

bool review_faces(Photographer& p, Look look) {
  const auto one = load_picture(p.portrait());
  if (!one) return false;
  Image8 two(2 * one->rgb.width, one->rgb.height, 3);
  const std::size_t row = static_cast<std::size_t>(one->rgb.width) * 3;
  for (int y = 0; y < two.height; ++y) {
    for (int i = 0; i < 2; ++i) std::copy_n(one->rgb.row(y), row, &two.at(i * one->rgb.width, y));
  }
  const TemporaryFolder pictures;
  if (!save_picture(pictures / "two.png", two) || !p.begin(look, {(pictures / "two.png").string()}))
    return false;
  if (!p.person->sees([](const json& s) { return is_still(s) && s["scene"]["faces"] == 2; })) return false;
  p.person->hover("face.1");
  p.save(look.name() + "-faces");
  return true;
}

// As small as the window can be made.
bool review_smallest(Photographer& p, Look look) {
  if (!p.begin(look, {p.portrait().string()}, 640, 440) || !p.person->sees(is_still)) return false;
  p.save(look.name() + "-smallest");
  return true;
}

// The fake engine's model, which is missing or takes until a pipe is written.
bool review_model(Photographer& fake, Look look) {
  const TemporaryFolder pipes;
  const auto gate = pipes / "gate";
  if (mkfifo(gate.c_str(), 0600) != 0 || !fake.begin(look, {"--slow-model", gate.string()})) return false;
  if (!fake.person->sees([](const json& s) { return s["model"]["ready"] == false; })) return false;
  fake.save(look.name() + "-loading");
  if (!fake.begin(look, {"--missing-model"})) return false;
  if (!fake.person->sees([](const json& s) { return s["model"]["failed"] == true; })) return false;
  fake.save(look.name() + "-missing");
  return true;
}

// A prompt that the fake engine takes for another, and an edit that goes on for as long as is wanted.
bool review_edit(Photographer& fake, Look look) {
  if (!fake.begin_with_head(look) || !fake.apply("as zombie") || !fake.sees_mark("understood")) return false;
  fake.save(look.name() + "-understood");
  fake.person->click("prompt");
  fake.person->key("ctrl+a");
  fake.person->type("slow motion");
  fake.person->key("ctrl+Return");
  if (!fake.person->sees([](const json& s) { return s["editing"] == true; })) return false;
  fake.save(look.name() + "-editing");
  return true;
}

// What the program itself shows only for a moment, or never.
bool review_fake(Photographer& p, Look look) {
  Photographer fake(TRIPTYCH_WINDOW_DEMO, p.portrait(), p.out());
  return review_model(fake, look) && review_edit(fake, look);
}

}  // namespace

bool review(Photographer& p) {
  for (const Look look : {Look{}, Look{true, 100}, Look{false, 200}, Look{true, 200}}) {
    const bool done = review_starts(p, look) && review_head(p, look) && review_lesson(p, look) &&
                      review_faces(p, look) && review_smallest(p, look) && review_fake(p, look);
    if (!done) return false;
  }
  return true;
}

}  // namespace triptych::test
