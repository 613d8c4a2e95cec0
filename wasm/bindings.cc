// The engine for JavaScript: control over embind, payloads through two byte arenas. No logic lives here. One
// instance of the module is one engine.
//
// JavaScript asks for room with reserve(n), writes n bytes there, and calls; what comes back lies at
// output(), output_size() bytes long, until the next call, and further numbers at result(0) to result(2).
// What every request goes through is exported as it is, because a call over embind takes ten times as long.
// Numbers cross as doubles or 32-bit integers, never as 64-bit ones; strings never cross. Nothing throws: the
// module is built without exceptions.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine.h"
#include "journal/merger.h"

namespace {

struct Instance {
  anon::Engine engine;
  anon::journal::Merger merger;
  char* input = nullptr;
  uint32_t capacity = 0;
  std::string output;
  size_t sealed = 0;  ///< bytes of the file that commit() is about
  double results[3] = {};
};

// It goes as the instance of the module does, all at once.
[[clang::no_destroy]] Instance self;

std::string_view Input(double size) {
  return {self.input, size <= self.capacity ? static_cast<uint32_t>(size) : self.capacity};
}
uint64_t Number(double sequence) { return static_cast<uint64_t>(sequence); }

double Answer(std::string output) {
  self.output = std::move(output);
  return static_cast<double>(self.output.size());
}
double Answer(uint64_t first, uint64_t last) {
  self.results[0] = static_cast<double>(first);
  self.results[1] = static_cast<double>(last);
  return first <= last ? 1 : 0;
}

}  // namespace

extern "C" {

/// Address of an input arena of at least `size` bytes; 0 if there is no memory for it.
EMSCRIPTEN_KEEPALIVE uintptr_t reserve(uint32_t size) {
  if (size > self.capacity) {
    std::free(self.input);
    self.input = static_cast<char*>(std::malloc(size));
    self.capacity = self.input == nullptr ? 0 : size;
  }
  return reinterpret_cast<uintptr_t>(self.input);
}

/// The HTTP status; the output is the response message.
EMSCRIPTEN_KEEPALIVE int execute(uint32_t size, double now) {
  anon::Response response = self.engine.Execute(Input(size), static_cast<int64_t>(now));
  const int status = response.status;
  self.output = anon::Serialize(std::move(response));
  return status;
}

EMSCRIPTEN_KEEPALIVE uintptr_t output() { return reinterpret_cast<uintptr_t>(self.output.data()); }
EMSCRIPTEN_KEEPALIVE uint32_t output_size() { return static_cast<uint32_t>(self.output.size()); }

}  // extern "C"

namespace {

double Result(double index) { return self.results[static_cast<size_t>(index)]; }

/// 0 if the options were taken; else the output is the error's JSON.
double Configure(double size) {
  const auto failure = self.engine.Configure(Input(size));
  return failure ? Answer(anon::ErrorBody(*failure)) : 0;
}

/// Has the memory grow once for what comes in so many bytes of files, rather than in the midst of reading
/// them.
double Expect(double size) {
  void* volatile block = std::malloc(static_cast<size_t>(size));  // volatile: it is to happen
  std::free(block);
  return 0;
}

/// Engine::Ingested. After damage, the output is the repaired file and result(0) how many bytes are gone.
double Ingest(double sequence, double size, double news) {
  anon::Engine::Repair repair;
  const auto result = self.engine.Ingest(Number(sequence), Input(size), &repair, news != 0);
  Answer(std::move(repair.file));
  Answer(repair.lost, 0);
  return static_cast<double>(result);
}

double Seal(double sequence) {
  Answer(self.engine.Seal(Number(sequence)));
  return static_cast<double>(self.sealed = self.output.size());
}
double Commit(double sequence) {
  self.engine.Commit(Number(sequence), self.sealed);
  return 0;
}
double Rollback() {
  self.engine.Rollback();
  return 0;
}
double Sequence() { return static_cast<double>(self.engine.sequence()); }

/// journal::Catalog::Task; of a merge, the results are the run's first and last, and its bytes.
double NextStep() {
  const auto step = self.engine.NextStep();
  Answer(step.first, step.last);
  self.results[2] = static_cast<double>(step.bytes);
  return static_cast<double>(step.task);
}
/// The next piece; answers the number below which all files go with it.
double Piece(double sequence) {
  uint64_t drop = 0;
  Answer(self.engine.Piece(Number(sequence), &drop));
  self.sealed = self.output.size();
  return static_cast<double>(drop);
}

/// Whether the file was added to the run that merge_end makes one of.
double MergeAdd(double sequence, double size) {
  return self.merger.Add(Number(sequence), Input(size)) ? 1 : 0;
}
double MergeEnd() { return Answer(self.merger.Finish()); }
double Merged(double first, double last, double size) {
  self.engine.Merged(Number(first), Number(last), static_cast<size_t>(size));
  return 0;
}

/// Engine::Covered, of a file's first bytes: whether it covers any; the results are the first and the last of
/// them.
double Covers(double sequence, double size) {
  const auto range = anon::Engine::Covered(Number(sequence), Input(size));
  return Answer(range.first, range.last);
}
double Bar(double sequence) {
  self.engine.catalog().Bar(Number(sequence));
  return 0;
}
double ForgetFiles() {
  self.engine.catalog().Clear();
  return 0;
}
double Files() { return static_cast<double>(self.engine.catalog().files()); }
double Bytes() { return static_cast<double>(self.engine.catalog().bytes()); }
double LogBytes() { return static_cast<double>(self.engine.catalog().LogBytes()); }

double Digest() { return Answer(self.engine.Digest()); }
double Changes() { return Answer(self.engine.TakeChanges()); }
double ForgetChanges() {
  self.engine.ForgetChanges();
  return 0;
}

}  // namespace

// Every function answers a double and takes doubles, so that embind needs to know one type. libembind
// registers all of C++'s, for which the glue is three times as large; without it nobody else has the two
// things that are in here.
#if defined(ANON_WITHOUT_LIBEMBIND)
extern "C" EMSCRIPTEN_KEEPALIVE const char* __getTypeName(const void*) {
  return static_cast<char*>(std::calloc(1, 1));  // no name: it is for a complaint about an unknown type
}
#define ANON_REGISTER_TYPES()                                                                         \
  emscripten::internal::_embind_register_float(emscripten::internal::TypeID<double>::get(), "double", \
                                               sizeof(double))
#else
#define ANON_REGISTER_TYPES()
#endif

EMSCRIPTEN_BINDINGS(anonymous_services) {
  using emscripten::function;
  ANON_REGISTER_TYPES();
  function("result", &Result);
  function("configure", &Configure);
  function("expect", &Expect);
  function("ingest", &Ingest);
  function("seal", &Seal);
  function("commit", &Commit);
  function("rollback", &Rollback);
  function("sequence", &Sequence);
  function("next_step", &NextStep);
  function("piece", &Piece);
  function("merge_add", &MergeAdd);
  function("merge_end", &MergeEnd);
  function("merged", &Merged);
  function("covers", &Covers);
  function("bar", &Bar);
  function("forget_files", &ForgetFiles);
  function("files", &Files);
  function("bytes", &Bytes);
  function("log_bytes", &LogBytes);
  function("digest", &Digest);
  function("changes", &Changes);
  function("forget_changes", &ForgetChanges);
}

// A trap, which JavaScript knows by its class; Emscripten's own goes through the glue.
extern "C" void abort() { __builtin_trap(); }
