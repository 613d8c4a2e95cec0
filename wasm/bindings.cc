// The engine for JavaScript: control over embind, payloads through two byte arenas. No logic lives here.
//
// JavaScript asks for room with reserve(n), writes n bytes there, and calls; what comes back lies at
// output(), output_size() bytes long, until the next call. Numbers cross as doubles or 32-bit integers, never
// as 64-bit ones; strings never cross. Nothing throws: the module is built without exceptions.
#include <emscripten/bind.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine.h"
#include "journal/merger.h"

namespace {

class EngineBinding {
 public:
  EngineBinding() = default;
  EngineBinding(const EngineBinding&) = delete;
  EngineBinding& operator=(const EngineBinding&) = delete;
  ~EngineBinding() { std::free(input_); }

  /// Address of an input arena of at least `size` bytes; 0 if there is no memory for it.
  uintptr_t Reserve(uint32_t size) {
    if (size > capacity_) {
      std::free(input_);
      input_ = static_cast<char*>(std::malloc(size));
      capacity_ = input_ == nullptr ? 0 : size;
    }
    return reinterpret_cast<uintptr_t>(input_);
  }

  /// 0 if the options were taken; else output() holds the error's JSON.
  int Configure(uint32_t size) {
    const auto failure = engine_.Configure(Input(size));
    output_ = failure ? anon::ErrorBody(*failure) : std::string();
    return failure ? 1 : 0;
  }

  /// Engine::Ingested. After damage, output() is the repaired file and lost() says how many bytes are gone.
  int Ingest(double sequence, uint32_t size) {
    anon::Engine::Repair repair;
    const auto result = engine_.Ingest(static_cast<uint64_t>(sequence), Input(size), &repair);
    output_ = std::move(repair.file);
    lost_ = repair.lost;
    return static_cast<int>(result);
  }

  /// The HTTP status; output() holds the response message.
  int Execute(uint32_t size, double now) {
    anon::Response response = engine_.Execute(Input(size), static_cast<int64_t>(now));
    const int status = response.status;
    output_ = anon::Serialize(std::move(response));
    return status;
  }

  uint32_t Seal(double sequence) {
    output_ = engine_.Seal(static_cast<uint64_t>(sequence));
    sealed_ = output_.size();
    return OutputSize();
  }
  void Commit(double sequence) { engine_.Commit(static_cast<uint64_t>(sequence), sealed_); }
  void Rollback() { engine_.Rollback(); }
  double Sequence() const { return static_cast<double>(engine_.sequence()); }

  /// journal::Catalog::Task; of a merge, step_first() and step_last() are the run.
  int NextStep() {
    step_ = engine_.NextStep();
    return static_cast<int>(step_.task);
  }
  double StepFirst() const { return static_cast<double>(step_.first); }
  double StepLast() const { return static_cast<double>(step_.last); }
  /// The next piece; drop() is the number below which all files go with it.
  uint32_t Piece(double sequence) {
    output_ = engine_.Piece(static_cast<uint64_t>(sequence), &drop_);
    sealed_ = output_.size();
    return OutputSize();
  }
  double Drop() const { return static_cast<double>(drop_); }

  /// Whether the file was added to the run that MergeEnd makes one of.
  bool MergeAdd(double sequence, uint32_t size) {
    return merger_.Add(static_cast<uint64_t>(sequence), Input(size));
  }
  uint32_t MergeEnd() {
    output_ = merger_.Finish();
    return OutputSize();
  }
  void Merged(double first, double last, uint32_t size) {
    engine_.Merged(static_cast<uint64_t>(first), static_cast<uint64_t>(last), size);
  }

  /// Engine::Covered, of a file's first bytes; the range ends with covers_last().
  double Covers(double sequence, uint32_t size) {
    covered_ = anon::Engine::Covered(static_cast<uint64_t>(sequence), Input(size));
    return static_cast<double>(covered_.first);
  }
  double CoversLast() const { return static_cast<double>(covered_.last); }
  void ForgetFiles() { engine_.catalog().Clear(); }
  void Bar(double sequence) { engine_.catalog().Bar(static_cast<uint64_t>(sequence)); }
  uint32_t Files() { return static_cast<uint32_t>(engine_.catalog().files()); }
  double Bytes() { return static_cast<double>(engine_.catalog().bytes()); }
  double LogBytes() { return static_cast<double>(engine_.catalog().LogBytes()); }

  uint32_t Digest() {
    output_ = engine_.Digest();
    return OutputSize();
  }
  void ForgetChanges() { engine_.ForgetChanges(); }
  uint32_t Changes() {
    output_ = engine_.TakeChanges();
    return OutputSize();
  }

  uintptr_t Output() const { return reinterpret_cast<uintptr_t>(output_.data()); }
  uint32_t OutputSize() const { return static_cast<uint32_t>(output_.size()); }
  double Lost() const { return static_cast<double>(lost_); }

 private:
  std::string_view Input(uint32_t size) const { return {input_, size <= capacity_ ? size : capacity_}; }

  anon::Engine engine_;
  char* input_ = nullptr;
  uint32_t capacity_ = 0;
  std::string output_;
  size_t sealed_ = 0;
  size_t lost_ = 0;
  uint64_t drop_ = 0;
  anon::journal::Catalog::Step step_;
  anon::journal::Merger merger_;
  anon::Engine::Range covered_;
};

}  // namespace

EMSCRIPTEN_BINDINGS(anonymous_services) {
  emscripten::class_<EngineBinding>("Engine")
      .constructor<>()
      .function("reserve", &EngineBinding::Reserve)
      .function("configure", &EngineBinding::Configure)
      .function("ingest", &EngineBinding::Ingest)
      .function("execute", &EngineBinding::Execute)
      .function("seal", &EngineBinding::Seal)
      .function("commit", &EngineBinding::Commit)
      .function("rollback", &EngineBinding::Rollback)
      .function("sequence", &EngineBinding::Sequence)
      .function("next_step", &EngineBinding::NextStep)
      .function("step_first", &EngineBinding::StepFirst)
      .function("step_last", &EngineBinding::StepLast)
      .function("piece", &EngineBinding::Piece)
      .function("drop", &EngineBinding::Drop)
      .function("merge_add", &EngineBinding::MergeAdd)
      .function("merge_end", &EngineBinding::MergeEnd)
      .function("merged", &EngineBinding::Merged)
      .function("covers", &EngineBinding::Covers)
      .function("covers_last", &EngineBinding::CoversLast)
      .function("forget_files", &EngineBinding::ForgetFiles)
      .function("bar", &EngineBinding::Bar)
      .function("files", &EngineBinding::Files)
      .function("bytes", &EngineBinding::Bytes)
      .function("log_bytes", &EngineBinding::LogBytes)
      .function("digest", &EngineBinding::Digest)
      .function("forget_changes", &EngineBinding::ForgetChanges)
      .function("changes", &EngineBinding::Changes)
      .function("output", &EngineBinding::Output)
      .function("output_size", &EngineBinding::OutputSize)
      .function("lost", &EngineBinding::Lost);
}
