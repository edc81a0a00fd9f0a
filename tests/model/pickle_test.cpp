// Files of torch.save are read as they are in the wild, and hostile ones are refused with a sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/checkpoint.h"
#include "support/torch_file.h"

namespace triptych::test {
namespace {

using ::testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

Result<pickle::Document> read(const std::string& text, std::size_t memory = 1 << 20) {
  return pickle::read(bytes_of(text), "weights.pt", memory);
}

// The message of what must fail.
template <typename T>
std::string message_of(const Result<T>& result) {
  return result ? "it was accepted" : result.error().message;
}

const PickleWriter::Tensor matrix{.storage = "0", .storage_elements = 6, .shape = {2, 3}, .strides = {3, 1}};

// Like 3dpe.pt: two state dictionaries among things that nobody asked for.
std::string training_pickle(const PickleWriter::Tensor& weight) {
  PickleWriter p;
  p.begin_dict()
      .text("step")
      .integer(60000)
      .text("best_val_loss")
      .raw(std::string("G\x3f\xe0\0\0\0\0\0\0", 9));
  p.text("opts").begin_dict().text("lr").raw("N").text("out").text("runs/1").end_dict();
  p.text("args")
      .global("argparse", "Namespace")
      .raw(")\x81")
      .begin_dict()
      .text("gpus")
      .integer(8)
      .end_dict()
      .raw("b");
  p.text("encoder_state_dict").begin_ordered_dict().text("net.0.weight").tensor(weight).end_ordered_dict();
  p.text("encoder_optimizer").begin_dict().text("state").begin_dict().integer(0).begin_dict();
  p.text("exp_avg").tensor({.storage = "9", .storage_elements = 1 << 30, .shape = {1 << 30}, .strides = {1}});
  p.end_dict().end_dict().text("param_groups").raw("](}(").text("betas").tuple({0, 1}).raw("ue").end_dict();
  return p.end_dict().finish();
}

std::string floats(std::vector<float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

Result<Checkpoint> open_text(const std::string& file) {
  return Checkpoint::parse(bytes_in_memory(bytes_of(file), "weights.pt"));
}

template <typename T = float>
std::vector<T> values_of(const Checkpoint& checkpoint, const pickle::TensorRecord& tensor) {
  std::string bytes;
  const Status status = checkpoint.stream(tensor, [&](std::span<const std::byte> piece) -> Status {
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return {};
  });
  EXPECT_TRUE(status) << status.error().message;
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(Checkpoint, ReadsTheWantedPartsOfATrainingCheckpoint) {
  for (const bool zip64 :
       {false, true}) {  // the optimiser's storage is not even in the file: nobody asks for it
    const std::string file = torch_file(training_pickle(matrix), {{"0", floats({1, 2, 3, 4, 5, 6})}}, zip64);
    const auto checkpoint = open_text(file);
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    const auto part = checkpoint->part("encoder_state_dict");
    ASSERT_TRUE(part) << part.error().message;
    ASSERT_EQ(part->size(), 1U);
    EXPECT_EQ(part->begin()->first, "net.0.weight");
    EXPECT_EQ(values_of(*checkpoint, part->begin()->second), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_THAT(message_of(checkpoint->part("renderer_state_dict")), HasSubstr("renderer_state_dict"));
  }
}

// Made by Python's pickle and zipfile modules with the classes and persistent ids of torch.save.
TEST(Checkpoint, ReadsWhatPythonWrote) {
  for (const std::string protocol : {"2", "4"}) {
    const auto checkpoint =
        Checkpoint::open(TRIPTYCH_SOURCE_DIR "/tests/fuzz/corpus/pickle/protocol" + protocol + ".pt");
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    const auto part = checkpoint->part("encoder_state_dict");
    ASSERT_TRUE(part) << part.error().message;
    ASSERT_EQ(part->size(), 4U);
    EXPECT_EQ(values_of(*checkpoint, part->at("net.0.bias")), (std::vector<float>{7, 8}));
    EXPECT_EQ(values_of(*checkpoint, part->at("scale")), (std::vector<float>{9}));
    EXPECT_EQ(values_of(*checkpoint, part->at("strided")), (std::vector<float>{1, 4, 2, 5, 3, 6}));
    const auto renderer = checkpoint->part("renderer_state_dict");
    ASSERT_TRUE(renderer) << renderer.error().message;
    EXPECT_EQ(renderer->at("const").dtype, Dtype::f16);  // a parameter around its tensor
  }
}

// Made by PyTorch (tests/fixtures/checkpoints/make.py): tensors that share storages, are strided, expanded,
// channels-last or empty, in every precision, beside an optimiser and options.
TEST(Checkpoint, ReadsWhatPyTorchWrote) {
  const auto checkpoint = Checkpoint::open(TRIPTYCH_SOURCE_DIR "/tests/fixtures/checkpoints/pytorch.pt");
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  const auto encoder = checkpoint->part("encoder_state_dict");
  ASSERT_TRUE(encoder) << encoder.error().message;
  const std::vector<float> six{0, 1, 2, 3, 4, 5};
  EXPECT_EQ(values_of(*checkpoint, encoder->at("first.weight")), six);
  EXPECT_EQ(values_of(*checkpoint, encoder->at("tied.weight")), six);
  EXPECT_EQ(values_of<std::int64_t>(*checkpoint, encoder->at("norm.num_batches_tracked")),
            (std::vector<std::int64_t>{1}));

  const auto part = checkpoint->part("renderer_state_dict");
  ASSERT_TRUE(part) << part.error().message;
  const auto values = [&](const char* name) { return values_of(*checkpoint, part->at(name)); };
  EXPECT_EQ(part->at("transposed").shape, (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(values("transposed"), (std::vector<float>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(values("slice"), (std::vector<float>{8, 9, 14, 15}));
  EXPECT_EQ(values("whole").size(), 24U);
  EXPECT_EQ(values("expanded"), (std::vector<float>{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(values("channels_last"), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(values("scalar"), (std::vector<float>{7}));
  EXPECT_EQ(values("empty"), std::vector<float>());
  EXPECT_EQ(values("parameter"), (std::vector<float>{0, 1, 2}));
  using Bits = std::vector<std::uint16_t>;
  EXPECT_EQ(part->at("bf16").dtype, Dtype::bf16);
  EXPECT_EQ(values_of<std::uint16_t>(*checkpoint, part->at("bf16")),
            (Bits{0, 0x3f80, 0x4000, 0x4040, 0x4080}));
  EXPECT_EQ(part->at("half").dtype, Dtype::f16);
  EXPECT_EQ(values_of<std::uint16_t>(*checkpoint, part->at("half")),
            (Bits{0, 0x3c00, 0x4000, 0x4200, 0x4400}));
}

TEST(Checkpoint, PutsStridedTensorsIntoRowMajorOrder) {
  PickleWriter::Tensor transposed = matrix;
  transposed.storage_elements = 7;
  transposed.offset = 1;
  transposed.strides = {1, 2};
  const std::string file = torch_file(training_pickle(transposed), {{"0", floats({0, 1, 2, 3, 4, 5, 6})}});
  const auto checkpoint = open_text(file);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(values_of(*checkpoint, checkpoint->part("encoder_state_dict")->begin()->second),
            (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

TEST(Checkpoint, AStorageShorterThanItsTensorIsAnError) {
  const std::string file = torch_file(training_pickle(matrix), {{"0", floats({1, 2, 3, 4, 5})}});
  const auto checkpoint = open_text(file);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  const auto part = checkpoint->part("encoder_state_dict");
  const Status status = checkpoint->stream(part->begin()->second, [](auto) { return Status(); });
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("shorter than its tensor"));
}

TEST(Checkpoint, EveryCutFileIsAnErrorThatNamesIt) {
  const std::string file = torch_file(training_pickle(matrix), {{"0", floats({1, 2, 3, 4, 5, 6})}});
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::string cut = file.substr(0, length);
    EXPECT_THAT(message_of(open_text(cut)), HasSubstr("weights.pt")) << length;
  }
}

TEST(Checkpoint, OtherFilesAreToldApart) {
  const std::string whole = torch_file(training_pickle(matrix), {{"0", floats({1, 2, 3, 4, 5, 6})}});
  EXPECT_THAT(message_of(open_text(whole.substr(0, whole.size() - 30))), HasSubstr("get it again"));
  EXPECT_THAT(message_of(open_text(training_pickle(matrix))), HasSubstr("PyTorch 1.6"));
  for (const char* other : {"", "Dear madam, enclosed please find my weights."}) {
    EXPECT_THAT(message_of(open_text(other)),
                HasSubstr("weights.pt: not a file of torch.save, so not a checkpoint; "));
  }
}

// With strides of 0 a storage of one number is a tensor of any size, which is never held whole.
TEST(Checkpoint, RepeatedElementsComeInPieces) {
  constexpr std::int64_t count = 1'000'000;
  const PickleWriter::Tensor repeated{
      .storage = "0", .storage_elements = 1, .shape = {count}, .strides = {0}};
  const std::string file = torch_file(training_pickle(repeated), {{"0", floats({7})}});
  const auto checkpoint = open_text(file);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  const auto part = checkpoint->part("encoder_state_dict");
  ASSERT_TRUE(part) << part.error().message;
  std::size_t largest = 0, all = 0;
  const Status status =
      checkpoint->stream(part->begin()->second, [&](std::span<const std::byte> piece) -> Status {
        largest = std::max(largest, piece.size());
        all += piece.size();
        return {};
      });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(all, count * sizeof(float));
  EXPECT_LE(largest, std::size_t{1} << 16);
}

TEST(Checkpoint, RefusesCompressedEntriesAndOtherZipFiles) {
  ZipWriter zip;
  zip.add("archive/data.pkl", "whatever", 8);
  EXPECT_THAT(message_of(open_text(zip.finish())), HasSubstr("compressed"));
  ZipWriter other;
  other.add("notes.txt", "hello");
  EXPECT_THAT(message_of(open_text(other.finish())), HasSubstr("not one of torch.save"));
}

// The rest of a file may be a hole of any size.
TEST(Checkpoint, AllowsThePickleMemoryByItsOwnSize) {
  const std::string greedy = "\x80\x02N" + std::string(100'000, '\x94') + ".";  // asks for 80 bytes by each
  const std::string file = torch_file(greedy, {{"0", std::string(std::size_t{2} << 20, '\0')}});
  EXPECT_THAT(message_of(open_text(file)), HasSubstr("more memory"));
}

TEST(Pickle, RefusesStoragesOfLongNames) {
  PickleWriter::Tensor tensor = matrix;
  tensor.storage = std::string(256, 'x');
  EXPECT_TRUE(read(PickleWriter().tensor(tensor).finish()));
  tensor.storage += 'x';
  EXPECT_THAT(message_of(read(PickleWriter().tensor(tensor).finish())), HasSubstr("more than 256 bytes"));
}

TEST(Pickle, RefusesCodeAndSaysWhatItAskedFor) {
  const std::string attack = PickleWriter().global("posix", "system").text("echo").raw("\x85R").finish();
  EXPECT_THAT(message_of(read(attack)), HasSubstr("posix.system"));
  const std::string by_stack =
      PickleWriter().text("builtins").text("eval").raw("\x93").text("1").raw("\x85R").finish();
  EXPECT_THAT(message_of(read(by_stack)), HasSubstr("builtins.eval"));
  EXPECT_THAT(message_of(read(PickleWriter().raw("\x82\x01").finish())), HasSubstr("opcode 130"));
}

TEST(Pickle, RefusesTensorsThatReachBeyondTheirStorage) {
  const auto message = [](PickleWriter::Tensor tensor) {
    return message_of(read(PickleWriter().tensor(tensor).finish()));
  };
  EXPECT_EQ(message(matrix), "it was accepted");
  for (const auto& change : std::vector<std::function<void(PickleWriter::Tensor&)>>{
           [](auto& t) { t.offset = 1; }, [](auto& t) { t.offset = -1; },
           [](auto& t) {
             t.shape = {3, 3};
           },
           [](auto& t) {
             t.strides = {-3, 1};
           },
           [](auto& t) { t.shape = {2}; }, [](auto& t) { t.storage_elements = -6; },
           [](auto& t) {
             t.shape = {INT64_MAX, INT64_MAX};
           },
           [](auto& t) {
             t.strides = {INT64_MAX, 2};
           }}) {
    PickleWriter::Tensor tensor = matrix;
    change(tensor);
    EXPECT_THAT(message(tensor), HasSubstr("weights.pt"));
  }
}

TEST(Pickle, MemoryIsBoundedWhateverAPickleAsksFor) {
  // Each pair of marks doubles what a naive reader would hold.
  std::string lists = "\x80\x02";
  lists += std::string(2'000'000, ']') + ".";
  EXPECT_THAT(message_of(read(lists)), HasSubstr("more memory"));
  EXPECT_THAT(message_of(read("\x80\x02" + std::string(2'000'000, '(') + ".")), HasSubstr("more memory"));
  EXPECT_THAT(message_of(read("\x80\x02N" + std::string(2'000'000, '2') + ".")), HasSubstr("more memory"));
}

TEST(Pickle, DeepAndCircularStructuresAreHarmless) {
  std::string nested = "\x80\x02";
  nested += std::string(100'000, ']') + std::string(99'999, 'a') + ".";
  EXPECT_TRUE(read(nested, std::size_t{64} << 20));
  EXPECT_TRUE(read(std::string("\x80\x02]q\0h\0a.", 9)));  // a list that holds itself
}

}  // namespace
}  // namespace triptych::test
