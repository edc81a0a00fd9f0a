// Renders what the viewport shows on a thread of its own: preview frames while something moves, then exact
// ones in growing steps that any new request interrupts; a second thread bakes the heads that previews are
// made of. The UI thread only leaves requests and picks up frames.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "jobs/wait_meter.h"
#include "state/services.h"
#include "viewport/baker.h"
#include "viewport/resolution.h"

namespace triptych::app {

enum class Channel { colour, depth, normal };

struct ViewRequest {
  std::shared_ptr<const Edit> edit;
  float strength = 1;
  bool compare = false;  // the head at strength 0 as well
  Camera camera;
  int size = 512;    // pixels of the height at full quality
  float aspect = 1;  // width / height, at least 1: what `camera` sees is the square in the middle
  Vec3 background{1, 1, 1};
  Channel channel = Channel::colour;
  bool moving = false;     // the camera or the strength is being dragged: previews only
  bool reshaping = false;  // the strength is: each head is shown once, baking it would not pay
  bool refine = true;      // go on to exact when still
};

struct ViewFrame {
  std::shared_ptr<const Image8> after;   // RGB
  std::shared_ptr<const Image8> before;  // null without `compare`
  // Heads to draw by Services::draw_fast() instead of those pictures, which are null then.
  std::shared_ptr<const Baked> gpu_after, gpu_before;
  [[nodiscard]] bool compares() const noexcept { return before != nullptr || gpu_before != nullptr; }
  Camera camera;
  float strength = 1;
  int size = 0;      // pixels of the height
  float aspect = 1;  // width / height
  bool exact = false;
  bool final = false;  // nothing more will follow for this request
  double render_ms = 0;
  std::uint64_t request = 0;
};

// The picture of a view: `camera` sees the square in its middle.
struct ViewPicture {
  Camera camera;
  int width = 0;
  int height = 0;
};
[[nodiscard]] ViewPicture view_picture(const Camera& camera, int size, float aspect) noexcept;
// How that picture is rendered: exact ones with super-resolution, in bf16 where the processor has it;
// previews of heads that are not baked with few samples and without.
[[nodiscard]] RenderOptions render_options(const ViewRequest& request, int size, bool exact) noexcept;

class ViewRenderer {
 public:
  // `wake` is called from the renderer's thread when a frame or an error waits; `failed` with each error.
  ViewRenderer(Services& services, std::function<void()> wake, std::function<void(Error)> failed);
  ~ViewRenderer();
  ViewRenderer(const ViewRenderer&) = delete;
  ViewRenderer& operator=(const ViewRenderer&) = delete;
  ViewRenderer(ViewRenderer&&) = delete;
  ViewRenderer& operator=(ViewRenderer&&) = delete;

  // All of these on the UI thread.
  // The newest request wins; returns its number, which its frames carry.
  std::uint64_t request(ViewRequest request);
  // Frames of later requests come as pictures, whatever the GPU has: it cannot draw into the window. False:
  // it was given up before.
  bool give_up_gpu() noexcept { return gpu_usable_.exchange(false); }
  // The GPU took so long for a frame of `size` (all pictures of it together), and a preview was shown so long
  // after the one before while the head was moved: the size of the next previews follows both.
  void drawn_by_gpu(int size, double ms);
  void preview_shown(double gap_ms);
  // The newest frame that has not been taken yet.
  [[nodiscard]] std::optional<ViewFrame> take();
  [[nodiscard]] double longest_wait_ms() const noexcept { return waits_.longest_ms(); }

 private:
  // A head at one strength, ready to be shown.
  struct Prepared {
    std::shared_ptr<const Edit> edit;
    float strength = 1;
    std::shared_ptr<const PreparedHead> head;
    std::shared_ptr<const Baked> baked;
  };
  // What a request shows.
  struct Heads {
    Prepared* after = nullptr;
    Prepared* before = nullptr;  // null without `compare`
    bool by_gpu = false;         // previews are drawn by it
  };
  struct Work {
    ViewRequest request;
    std::uint64_t number = 0;
  };
  // What the UI thread saw of earlier previews; 0: nothing new.
  struct Seen {
    int gpu_size = 0;
    double gpu_ms = 0;
    double gap_ms = 0;
  };

  using Bakes = std::vector<std::pair<std::shared_ptr<const PreparedHead>, std::shared_ptr<const Baked>>>;

  void run();
  void serve(const Work& work);
  [[nodiscard]] Status preview(const Work& work);
  [[nodiscard]] Status order_bakes(const ViewRequest& request);
  void keep(const Bakes& bakes);
  [[nodiscard]] Status refine(const Work& work);
  void tell(Error error);
  void follow_the_screen();
  [[nodiscard]] Result<Heads> prepare(const ViewRequest& request);
  [[nodiscard]] Result<Prepared*> prepare(const std::shared_ptr<const Edit>& edit, float strength);
  [[nodiscard]] Result<std::shared_ptr<const Image8>> render(Prepared& head, const ViewRequest& request,
                                                             int size, bool exact);
  // Returns what it took, ms; what the GPU draws is only handed on.
  [[nodiscard]] Result<double> show(const Work& work, const Heads& heads, int size, bool exact, bool last);
  [[nodiscard]] bool outdated(const Work& work) const;

  Services& services_;
  std::atomic<bool> gpu_usable_ = true;
  std::function<void()> wake_ui_;
  std::function<void(Error)> failed_;

  WaitMeter waits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Work> next_;
  std::optional<ViewFrame> ready_;
  std::shared_ptr<Progress> exact_step_;  // that runs now: a request ends it
  Bakes baked_;                           // finished, not yet known to the renderer's thread
  Seen seen_;
  std::uint64_t number_ = 0;
  bool stopping_ = false;

  // The renderer's thread only.
  std::list<Prepared> prepared_;  // most recently used first
  View view_;                     // the newest, kept for its memory
  ResolutionController fast_size_{{.target_ms = 26, .minimum = 128, .maximum = 1024}, 320};
  ResolutionController coarse_size_{{.target_ms = 34, .minimum = 64, .maximum = 512}, 96};
  ResolutionController gpu_size_{{.target_ms = 26, .minimum = 128, .maximum = 1024}, 512};
  ResolutionController* previewed_by_ = &coarse_size_;
  int previewed_size_ = 0;
  std::optional<Work> coarse_;  // the work whose newest frame would be better with its head baked

  Baker baker_;  // these last: they use everything above
  std::jthread thread_;
};

// A view's channel as RGB: depth grey between the nearest and farthest point seen, normals in the usual
// colours.
[[nodiscard]] Image8 to_picture(const View& view, Channel channel, const Vec3& background);

}  // namespace triptych::app
