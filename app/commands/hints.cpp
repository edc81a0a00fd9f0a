// What the tooltips of the menus say: one sentence a command.
#include "commands/hints.h"

#include <algorithm>
#include <array>
#include <utility>

namespace triptych::app {

std::string command_hint(std::string_view id) {
  using Hint = std::pair<std::string_view, const char*>;
  static constexpr std::array hints{
      Hint{"file.open", "A portrait, a .tri head, a session, a model or a style; dropping it does the same"},
      Hint{"file.reference", "The head takes the look of a picture"},
      Hint{"file.pairs", "Portraits before and after, from which a style is learned"},
      Hint{"file.paste", "Opens a copied picture or file; other text becomes the prompt"},
      Hint{"file.save", "Picture, history and camera into one .triptych file"},
      Hint{"file.save_as", "Into another .triptych file"},
      Hint{"file.export", "A picture, a video, a mesh or a .tri head"},
      Hint{"file.preferences", "Theme, size of the interface, quality"},
      Hint{"file.quit", "Asks first if something would be lost"},
      Hint{"edit.undo", "Takes the last step back; the camera stays"},
      Hint{"edit.redo", "Takes the step again that was taken back"},
      Hint{"edit.apply", "Makes the head that the prompt asks for"},
      Hint{"edit.cancel", "Ends what is being computed; the head stays as it is"},
      Hint{"edit.prompt", "Puts the cursor into the prompt"},
      Hint{"edit.previous", "Shows the result before this one"},
      Hint{"edit.next", "Shows the result after this one"},
      Hint{"edit.remove", "Takes this result out of the history"},
      Hint{"view.reset", "Back to the camera of the picture"},
      Hint{"view.front", "The face looks straight at you"},
      Hint{"view.side", "As far to the side as the model knows heads well"},
      Hint{"view.left", "Turns the face to the left; goes on while the key is held"},
      Hint{"view.right", "Turns the face to the right; goes on while the key is held"},
      Hint{"view.up", "Turns the face up; goes on while the key is held"},
      Hint{"view.down", "Turns the face down; goes on while the key is held"},
      Hint{"view.nearer", "Makes the head larger"},
      Hint{"view.farther", "Makes the head smaller"},
      Hint{"view.wipe", "Original and result with a line to drag"},
      Hint{"view.side_by_side", "Original and result with one camera"},
      Hint{"view.grid", "Prompts by strengths: click what you like"},
      Hint{"view.depth", "How far away surfaces are: near is light"},
      Hint{"view.normals", "Where surfaces face, as colours"},
      Hint{"path.add", "A video can go through the views that are added"},
      Hint{"path.play", "Moves the camera through its path"},
      Hint{"path.clear", "Forgets all views of the path"},
      Hint{"view.adapt", "Shows or hides the panel that learns a style from pairs of pictures"},
      Hint{"view.theme", "Dark or light panels, and the same behind the head"},
      Hint{"view.layout", "Puts the panels where they were at the first start"},
      Hint{"help.overlay", "Every key and what the mouse does"},
      Hint{"help.palette", "Type a part of a command's name"},
      Hint{"help.model", "What the model in use knows, and what it cannot do"},
      Hint{"help.welcome", "A portrait to try things on"},
      Hint{"help.dump", "For bug reports: beside the file of --dump-state"},
  };
  const auto found = std::ranges::find(hints, id, &Hint::first);
  return found == hints.end() ? "" : found->second;
}

}  // namespace triptych::app
