// The few widgets that Dear ImGui does not have, in the style of this program.
#pragma once

#include <string>
#include <vector>

#include "window/ui.h"

namespace triptych::app {

namespace icon {
inline constexpr const char* open = "\xEF\x84\x95";  // folder-open-o
inline constexpr const char* picture = "\xEF\x80\xBE";
inline constexpr const char* magic = "\xEF\x83\x90";
inline constexpr const char* undo = "\xEF\x83\xA2";
inline constexpr const char* close = "\xEF\x80\x8D";
inline constexpr const char* check = "\xEF\x81\x98";
inline constexpr const char* info = "\xEF\x81\x9A";
inline constexpr const char* warning = "\xEF\x81\xB1";
inline constexpr const char* search = "\xEF\x80\x82";
inline constexpr const char* columns = "\xEF\x83\x9B";
inline constexpr const char* wipe = "\xEF\x81\x82";
inline constexpr const char* grid = "\xEF\x80\x8A";
inline constexpr const char* user = "\xEF\x80\x87";
inline constexpr const char* download = "\xEF\x80\x99";
inline constexpr const char* home = "\xEF\x80\x95";
inline constexpr const char* copy = "\xEF\x83\x85";
inline constexpr const char* brush = "\xEF\x87\xBC";
inline constexpr const char* depth = "\xEF\x83\x89";
inline constexpr const char* arrows = "\xEF\x81\x87";
inline constexpr const char* play = "\xEF\x81\x8B";
inline constexpr const char* pause = "\xEF\x81\x8C";
inline constexpr const char* stop = "\xEF\x81\x8D";
inline constexpr const char* plus = "\xEF\x81\xA7";
inline constexpr const char* remove = "\xEF\x87\xB8";
inline constexpr const char* camera = "\xEF\x80\xBD";
}  // namespace icon

// Remembers the rectangle of the last item.
void mark(Ui& ui, std::string_view name);
void mark(Ui& ui, std::string_view name, ImVec2 from, ImVec2 size);

// A panel's heading, in small bold letters.
void heading(Ui& ui, const char* text);
// Wrapped secondary text.
void dim_text(const Ui& ui, const std::string& text);
void tooltip(const char* text);
// A name in front of a widget that starts at `width`.
void row_label(const char* text, float width);

// The one button a panel is about, in the accent colour.
bool primary_button(const Ui& ui, const char* label, ImVec2 size = {0, 0});
// A button without a frame until it is pointed at.
bool quiet_button(const Ui& ui, const char* label, ImVec2 size = {0, 0});
// Choices side by side of which one holds; returns whether it changed. Names after "##" tell equal labels
// apart.
struct Segment {
  const char* label = "";
  const char* hint = "";
  const char* icon = nullptr;  // in front of the label
};
enum class SegmentLook { whole, icons };  // icons: those segments that have one show nothing else
bool segmented(Ui& ui, const char* name, const std::vector<Segment>& segments, int& chosen,
               SegmentLook look = SegmentLook::whole);
[[nodiscard]] float segmented_width(const Ui& ui, const std::vector<Segment>& segments, SegmentLook look);

// A picture as a button with rounded corners; `selected` draws a frame in the accent colour. A caption that
// does not fit is told whole in a tooltip.
bool picture_button(Ui& ui, const char* name, const std::shared_ptr<const Image8>& image, float size,
                    bool selected, const std::string& caption);

// A centred text of one line.
void centred_text(const Ui& ui, const char* text, ImVec4 color, bool bold = false);

// Begins a centred dialog; `open` turns false when it is closed. Pair with end_dialog() when it returns true.
bool begin_dialog(Ui& ui, const char* title, bool& open, float width);
void end_dialog();

[[nodiscard]] std::string shortened(const std::string& text, float width);  // with an ellipsis, to fit

}  // namespace triptych::app
