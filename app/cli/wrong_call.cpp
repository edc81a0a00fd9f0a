#include "cli/wrong_call.h"

#include <string>
#include <vector>

#include "cli/choices.h"

namespace triptych::cli {
namespace {

// The words of the call so far, each below the one before: triptych, model, import.
std::vector<const CLI::App*> verbs_of(const CLI::App& root) {
  std::vector<const CLI::App*> verbs{&root};
  while (!verbs.back()->get_subcommands().empty()) {
    verbs.push_back(verbs.back()->get_subcommands().front());
  }
  return verbs;
}

// "info or import"
std::string verbs_below(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::App* below : verb.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(below->get_name());
  }
  return joined(names, " or ");
}

std::string before(const std::string& text, const std::string& mark) {
  return text.substr(0, text.find(mark));
}

std::string after(const std::string& text, const std::string& mark) {
  return text.substr(text.find(mark) + mark.size());
}

// CLI11 tells what happened by the class, and of what only in the text.
std::string sentence(const CLI::App& root, const CLI::App& verb, const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> extras = root.remaining(true);
    const std::string word = extras.empty() ? text : extras.front();
    return word.starts_with('-') ? word + ": " + verb.get_name() + " has no such option"
                                 : word + ": one word too many for " + verb.get_name();
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && text.starts_with("A subcommand")) {
    return verb.get_name() + ": give " + verbs_below(verb) + " after it";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool twice = text.find("At Most") != std::string::npos;
    return before(text, ":") + (twice ? ": may be given only once" : ": needs a value after it");
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return before(text, " excludes ") + " and " + after(text, " excludes ") + " do not go together";
  }
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr) {
    return before(text, " requires ") + " needs " + after(text, " requires ") + " too";
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr && text.find(" = ") != std::string::npos) {
    return after(before(text, " = "), ": ") + ": takes no \"" + after(text, " = ") + "\"";
  }
  return text;
}

}  // namespace

Error wrong_call(const CLI::App& root, const CLI::ParseError& error) {
  const std::vector<const CLI::App*> verbs = verbs_of(root);
  std::string call;
  for (const CLI::App* verb : verbs) call += verb->get_name() + " ";
  return {sentence(root, *verbs.back(), error) + "; " + call + "--help tells how to call it",
          {},
          ErrorCode::usage};
}

}  // namespace triptych::cli
