// Undo and redo by keeping whole values: cheap where the value consists of shared parts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace triptych::app {

template <typename Value>
class UndoStack {
 public:
  explicit UndoStack(std::size_t limit = 64) : limit_(limit) {}

  [[nodiscard]] const Value& value() const noexcept { return value_; }

  // One action of the user, one step. `merge` non-empty: consecutive actions of the same name are one step (a
  // slider that is being dragged) until seal() is called.
  void act(Value value, std::string label, const std::string& merge = {}) {
    const bool merged = !merge.empty() && merge == open_merge_;
    if (!merged) {
      undo_.push_back({std::move(value_), std::move(label)});
      if (undo_.size() > limit_) undo_.erase(undo_.begin());
    }
    open_merge_ = merge;
    redo_.clear();
    value_ = std::move(value);
  }
  void seal() { open_merge_.clear(); }

  // A change that is no action of the user (a result that arrives): no step of its own.
  void amend(Value value) { value_ = std::move(value); }

  // Whether this is true of the value or of one that undo or redo leads to.
  template <typename Predicate>
  [[nodiscard]] bool any(Predicate predicate) const {
    const auto of_step = [&](const Step& step) { return predicate(step.value); };
    return predicate(value_) || std::ranges::any_of(undo_, of_step) || std::ranges::any_of(redo_, of_step);
  }

  // What undo or redo would take back or repeat; empty: nothing.
  [[nodiscard]] std::string undo_label() const { return undo_.empty() ? std::string{} : undo_.back().label; }
  [[nodiscard]] std::string redo_label() const { return redo_.empty() ? std::string{} : redo_.back().label; }
  bool undo() { return move(undo_, redo_); }
  bool redo() { return move(redo_, undo_); }

 private:
  struct Step {
    Value value;
    std::string label;
  };
  bool move(std::vector<Step>& from, std::vector<Step>& to) {
    if (from.empty()) return false;
    Step step = std::move(from.back());
    from.pop_back();
    to.push_back({std::exchange(value_, std::move(step.value)), std::move(step.label)});
    seal();
    return true;
  }

  std::size_t limit_;
  Value value_{};
  std::vector<Step> undo_;
  std::vector<Step> redo_;
  std::string open_merge_;
};

}  // namespace triptych::app
