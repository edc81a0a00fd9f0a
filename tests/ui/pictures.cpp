// Makes pictures of the window as a person gets to see it: window_pictures PROGRAM PORTRAIT FOLDER WHAT
//   docs    window.png, window-light.png, window-200.png
//   video   window.webp: a portrait is dropped, a prompt applied, the head turned
//   review  every main state, dark and light, at 100 and 200 %
//   orbit   turns the head for ten seconds and prints how the view kept up; fails where the window had to
//           wait for the engine for long
//   orbit-learning   the same while a style is learned
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>

#include "film.h"
#include "photographer.h"
#include "processor_time.h"
#include "review.h"
#include "xdnd.h"

namespace triptych::test {
namespace {

bool make_docs(Photographer& p) {
  if (!p.begin_with_head({}) || !p.apply("bronze statue")) return false;
  p.person->drag("view.square", 0.5F, 0.5F, 0.42F, 0.47F);
  if (!p.quiet()) return false;
  p.save("window");
  if (!p.begin_with_head({true, 100}) || !p.apply("bronze statue")) return false;
  p.person->click("viewport", 2);  // out of the text field
  p.person->key("g");
  p.person->hover("viewport", 0.01F, 0.5F);  // no tooltip lies over it
  if (!p.person->sees([](const json& s) { return s["view"]["grid"] == 25 && s["jobs"].empty(); }))
    return false;
  p.save("window-light");
  if (!p.begin_with_head({false, 200})) return false;
  p.person->click("picture.zoom");
  p.person->key("a");
  p.person->hover("view.square", 0.1F, 0.1F);
  if (!p.quiet()) return false;
  p.save("window-200");
  return true;
}

// Steps of a mouse that keeps moving, `seconds` long: around and around with the button down.
std::string turning(Person& person, double seconds) {
  constexpr double step_s = 0.016;
  const auto to = [&](double t) {
    const auto x = static_cast<float>(0.5 + 0.12 * std::sin(2 * t));
    const auto y = static_cast<float>(0.5 + 0.04 * std::sin(3.1 * t));
    const auto point = person.at("view.square", x, y);
    return " mousemove --window " + std::to_string(person.window()) + " " + std::to_string(point.x) + " " +
           std::to_string(point.y);
  };
  std::string path = to(0) + " sleep 0.3 mousedown 1 sleep 0.2";
  for (double t = 0; t < seconds; t += step_s) path += to(t) + " sleep 0.016";
  return path + " mouseup 1";
}

bool film(Photographer& p) {
  if (!p.begin({}, {"--safe-mode"}, 960, 600)) return false;
  Person& person = *p.person;
  if (!person.sees([](const json& s) { return s["model"]["ready"] == true && is_still(s); })) return false;
  const auto mine = *p.folder / "me.jpg";
  std::filesystem::copy_file(p.portrait(), mine);
  Film shots(person);
  shots.shoot(8);
  Person::xdotool("mousemove 2700 1700 mousedown 1");  // from outside
  FileDrag drag(person.window(), {mine});
  person.hover("viewport");
  const auto at = person.at("viewport");
  if (!drag.move(at.x, at.y) || !person.sees([](const json& s) { return s["drop_target"] == "viewport"; }))
    return false;
  shots.shoot(8);
  Person::xdotool("mouseup 1");
  if (!drag.drop()) return false;
  if (!person.sees([&](const json& s) { return s["scene"]["picture"] == mine.string() && is_still(s); }))
    return false;
  shots.shoot(12);
  person.click("prompt");
  shots.type("bronze statue");
  person.key("ctrl+Return");
  if (!person.sees([](const json& s) { return shown(s) == "bronze statue" && is_still(s); })) return false;
  shots.shoot(12);
  if (!shots.turn()) return false;
  shots.shoot(10);
  return shots.save(p.out() / "window.webp");
}

// Turns the head that is open, and prints the frame times.
bool measure_orbit(Photographer& p) {
  const ProcessorTime processor(p.person->process());
  Person::xdotool(turning(*p.person, 10));
  const json cores = processor.cores();
  if (!p.person->sees(is_still)) return false;
  static_cast<void>(p.person->screenshot());  // tells the pace anew
  json pace = p.person->state()["pace"];
  pace["cores"] = cores;
  pace["first_state_ms"] = p.person->start_ms();
  const json& preview = pace["preview"];
  pace["preview_frames_per_second"] = 1000 / std::max(preview["median_ms"].get<double>(), 1e-3);
  pace["losses"] = p.person->state()["adapt"]["losses"];
  std::cout << pace.dump(1) << "\n";
  constexpr double longest_wait_ms = 4;  // what the window promises
  const double waited_ms = pace["longest_engine_wait_ms"];
  if (waited_ms <= longest_wait_ms) return true;
  std::cerr << "the window's thread waited for the engine for " << waited_ms << " ms, and at most "
            << longest_wait_ms << " are to be enough\n";
  return false;
}

bool log_orbit(Photographer& p) {
  return p.begin({}, {p.portrait().string()}) && p.quiet() && measure_orbit(p);
}

// Learning goes on for much longer than the head is turned; at the end it must have.
bool log_orbit_learning(Photographer& p) {
  if (!p.begin({}, {p.portrait().string()}) || !p.quiet()) return false;
  Person& person = *p.person;
  const auto losses = [&] { return person.state()["adapt"]["losses"].get<int>(); };
  if (!person.drop({make_red_pair(*p.folder, p.portrait())}, "viewport")) return false;
  if (!person.sees([](const json& s) { return s["adapt"]["pairs"].size() == 1; })) return false;
  person.click("adapt.start");
  if (!person.sees([](const json& s) { return s["adapt"]["losses"] > 1 && is_still(s); })) return false;
  const int before = losses();
  if (!measure_orbit(p)) return false;
  if (person.state()["adapt"]["busy"] == true && losses() > before) return true;
  std::cerr << "nothing was learned meanwhile\n";
  return false;
}

}  // namespace
}  // namespace triptych::test

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "window_pictures PROGRAM PORTRAIT FOLDER docs|video|review|orbit|orbit-learning\n");
    return 2;
  }
  using namespace triptych::test;
  Photographer photographer(argv[1], std::filesystem::absolute(argv[2]), argv[3]);
  std::filesystem::create_directories(argv[3]);
  const std::map<std::string, bool (*)(Photographer&)> makers{{"docs", make_docs},
                                                              {"video", film},
                                                              {"review", review},
                                                              {"orbit", log_orbit},
                                                              {"orbit-learning", log_orbit_learning}};
  const auto maker = makers.find(argv[4]);
  return maker != makers.end() && maker->second(photographer) ? 0 : 1;
}
