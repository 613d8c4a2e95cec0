// Memory that runs out, at every allocation in turn. The host's part is what js/store.js does: an engine that
// has failed is never entered again; another one reads the journal. Nothing that was stored may be lost,
// nothing of what was not may be there, and what was asked for can be asked for again.
//
// An executable of its own, because it replaces the program's operator new (failing_heap.h).
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "engine.h"
#include "failing_heap.h"
#include "host.h"
#include "journal/merger.h"
#include "journal/reader.h"
#include "journal/writer.h"

namespace anon {
namespace {

using Journal = std::map<uint64_t, std::string>;

constexpr const char* kOptions =
    R"({"piece_bytes":4096,"business_attributes":{"attributes":{"Media":["chat","voice"]},)"
    R"("mapping":{"Service.media_type":"Media"}}})";

// A host whose engine may fail in every call.
class Frail {
 public:
  Journal journal;
  bool stored = false;  ///< whether the journal was changed since Open
  std::string answer;   ///< of the last request

  explicit Frail(Journal files) : journal(std::move(files)) {}

  /// Starts an engine over the journal. One that was there has failed: it is left as it is.
  void Open() {
    engine_.release();  // NOLINT: what it held goes with heap::Reclaim
    stored = false;
    heap::In([this] {
      engine_ = std::make_unique<Engine>();
      ASSERT_FALSE(engine_->Configure(kOptions));
    });
    std::vector<uint64_t> present;
    for (const auto& [sequence, file] : journal) {
      bool is_void = false;
      for (const auto& [other, later] : journal) {
        heap::In([&, &number = sequence, &bytes = later, at = other] {
          const Engine::Range range = Engine::Covered(at, std::string_view(bytes).substr(0, 4096));
          is_void = is_void || (number >= range.first && number <= range.last);
        });
      }
      if (!is_void) present.push_back(sequence);
    }
    for (const uint64_t sequence : present) {
      Engine::Repair repair;
      auto ingested = Engine::Ingested::kWhole;
      heap::In([&] { ingested = engine_->Ingest(sequence, journal[sequence], &repair); });
      if (ingested == Engine::Ingested::kDamaged) journal[sequence] = repair.file;
    }
  }

  /// Runs one request and commits what it changed.
  void Call(const std::string& message) {
    int status = 0;
    heap::In([&] {
      Response response = engine_->Execute(message, kNow);
      status = response.status;
      answer = Serialize(std::move(response));
    });
    ASSERT_LT(status, 400) << message.substr(16) << answer;
    std::string file;
    const uint64_t sequence = engine_->sequence() + 1;
    heap::In([&] { file = engine_->Seal(sequence); });
    if (!file.empty()) Keep(sequence, file, 0);
    heap::In([this] { std::ignore = engine_->TakeChanges(); });
  }

  void Piece() {
    const uint64_t sequence = engine_->sequence() + 1;
    uint64_t drop = 0;
    std::string file;
    heap::In([&] { file = engine_->Piece(sequence, &drop); });
    Keep(sequence, file, drop);
  }

  void Merge() {
    const journal::Catalog::Step step = engine_->NextStep();
    ASSERT_EQ(step.task, journal::Catalog::Task::kMerge);
    const auto from = journal.lower_bound(step.first);
    const auto to = journal.find(step.last);
    std::string segment;
    heap::In([&] {
      journal::Merger merger;
      for (auto one = from; one != std::next(to); ++one) ASSERT_TRUE(merger.Add(one->first, one->second));
      segment = merger.Finish();
    });
    to->second = segment;
    journal.erase(from, to);
    stored = true;
    heap::In([&] { engine_->Merged(step.first, step.last, segment.size()); });
  }

  journal::Catalog::Task Due() const { return engine_->NextStep().task; }

  std::string Digest() {
    std::string digest;
    heap::In([&] { digest = engine_->Digest(); });
    return digest;
  }

 private:
  static constexpr int64_t kNow = 1767225600000;

  void Keep(uint64_t sequence, const std::string& file, uint64_t drop) {
    journal[sequence] = file;
    journal.erase(journal.begin(), journal.lower_bound(drop));
    stored = true;
    heap::In([&] { engine_->Commit(sequence, file.size()); });
  }

  std::unique_ptr<Engine> engine_;
};

using Step = std::function<void(Frail*)>;

// The state of a journal as a healthy engine reads it.
std::string DigestOf(const Journal& journal) {
  Frail host(journal);
  host.Open();
  return host.Digest();
}

std::string Message(uint64_t seed, const std::string& request, const std::string& headers = "Role: local\n") {
  std::string message(16, '\0');
  for (size_t i = 0; i < 8; ++i) message[i] = static_cast<char>(seed >> (8 * i) & 0xFF);
  const size_t end = request.find('\n');
  message += request.substr(0, end) + "\n" + headers + "\n";
  if (end != std::string::npos) message += request.substr(end + 1);
  return message;
}

class Allocations : public testing::Test {
 protected:
  // Takes the step over `journal` once for each of its allocations, which then fails, and at last without.
  void EveryOneFails(const std::string& what, const Step& step) {
    SCOPED_TRACE(what);
    const std::string before = DigestOf(journal);
    Frail healthy(journal);
    healthy.Open();
    step(&healthy);
    answer = healthy.answer;
    const std::string after = DigestOf(healthy.journal);
    for (size_t n = 0;; ++n) {
      SCOPED_TRACE("allocation " + std::to_string(n));
      heap::Begin();
      {
        Frail host(journal);
        host.Open();
        heap::FailAt(n);
        bool threw = false;
        try {
          step(&host);
        } catch (const std::bad_alloc&) {
          threw = true;
        }
        if (!heap::Heal()) break;
        ++failures;
        if (threw) {
          ASSERT_EQ(host.journal, host.stored ? healthy.journal : journal)
              << "it is stored whole or not at all";
          const bool is_done = host.stored;
          host.Open();
          ASSERT_EQ(host.Digest(), is_done ? after : before);
          if (!is_done) step(&host);
        }
        ASSERT_EQ(host.journal, healthy.journal);
        ASSERT_EQ(host.answer, healthy.answer);
        ASSERT_EQ(host.Digest(), after);
        host.Call(Message(999999, "POST services/start\n{\"contact_key\":\"next\"}"));
        ASSERT_EQ(DigestOf(host.journal), host.Digest()) << "the next operation is as good as ever";
      }
      heap::Reclaim();
    }
    journal = healthy.journal;
  }

  // The same for opening the journal.
  void EveryOneFailsOpening(const std::string& what) {
    SCOPED_TRACE(what);
    const std::string expected = DigestOf(journal);
    for (size_t n = 0;; ++n) {
      heap::Begin();
      {
        Frail host(journal);
        heap::FailAt(n);
        try {
          host.Open();
        } catch (const std::bad_alloc&) {
        }
        if (!heap::Heal()) break;
        ++failures;
        host.Open();
        ASSERT_EQ(host.Digest(), expected) << "allocation " << n;
      }
      heap::Reclaim();
    }
  }

  // Without a failure.
  void Call(const std::string& request) {
    Frail host(journal);
    host.Open();
    host.Call(Message(++seed, request));
    journal = host.journal;
    answer = host.answer;
  }

  [[nodiscard]] std::string Answered(const char* name) const { return Host::Field(answer, name); }

  // Every kind of request over services, states, tasks and associations.
  void EveryRequestFails() {
    const auto request = [this](const std::string& text, const std::string& headers = "Role: local\n") {
      const std::string message = Message(++seed, text, headers);
      EveryOneFails(text, [message](Frail* host) { host->Call(message); });
    };
    request(
        R"(POST services/start)"
        "\n"
        R"({"contact_key":"k","service_type":"WebOrder","media_type":"chat","Cart":[1.0,{"a":"b"}],"Note":"x"})");
    const std::string id = Answered("service_id");
    const std::string one = "services/" + id;
    request("POST " + one + "/states/start\n{\"state_type\":\"address\",\"Note\":\"s\"}");
    request("POST " + one +
            "/states/transition\n{\"from\":{\"state_id\":0},\"to\":{\"state_type\":\"payment\"}}");
    request("POST " + one + "/states/1/end\n{}");
    request("POST " + one + "/tasks/start\n{\"task_type\":\"call\",\"Note\":\"t\"}");
    request("POST " + one + "/tasks/0/end\n{}");
    request("PUT " + one + "/extensions/Cart\n[2.0,\"a longer text than fits into a short string\"]");
    request("PUT " + one + "/states/0/extensions/More/merge\n{\"a\":1}");
    request("PUT " + one + "/tasks/0/extensions/More\n{\"a\":1}");
    request("PUT " + one + "\n{\"ttl\":100000}");
    for (const char* view : {"", "/states", "/states/0", "/tasks/completed", "/tasks/0"})
      request("GET " + one + view);
    request("GET " + one + "?extensions=*&active_states=true&completed_tasks=true");
    request("GET services/anonymous/k?extensions=*");
    request("GET maintenance/services/stream?time_from=2020-01-01T00:00:00Z");
    request("GET metadata/business-attributes");
    request("POST services/start\n{\"contact_key\":\"k\"}", "Role: local\nIdempotency-Key: once\n");
    const std::string other = Answered("service_id");
    request(
        R"(POST services_composite/start)"
        "\n"
        R"({"services":[{"service":{"contact_key":"k","service_type":"Order"},"state":{"state_type":"a"}}]})");
    request("POST local/associations\n{\"customer_id\":\"C-42\",\"service_ids\":[\"" + id + "\"]}");
    const std::string association = "local/associations/" + Answered("association_id");
    request("GET local/associations");
    request("GET local/outbox");
    request("POST " + association + "/sent\n{}");
    request("POST " + association +
            "/rejected\n{\"status\":400,\"code\":\"invalid_request\",\"message\":\"m\"}");
    request("GET customers/C-42/services");
    request("POST customers/C-42/services/" + other + "\n{}");
    request("POST " + one + "/end\n{\"disposition\":\"sold\"}");
    request("DELETE services/" + other);
    request(
        "POST "
        "maintenance/purge\n{\"limit\":\"2030-01-01T00:00:00Z\",\"operation\":\"purge.service.completed\"}");
  }

  // Starts services, and writes what is void soon after, until there is enough of it for a checkpoint.
  void Waste() {
    for (int i = 0; i < 100; ++i) Call("POST services/start\n{\"contact_key\":\"k\",\"Note\":\"kept\"}");
    Call("POST services/start\n{\"contact_key\":\"k\"}");
    const std::string one = Host::Field(answer, "service_id");
    const std::string note(5000, 'x');
    for (int i = 0; i < 25; ++i) Call("PUT services/" + one + "/extensions/Note\n\"" + note + "\"");
    StartUntil(journal::Catalog::Task::kPiece, 300);
  }

  // Starts services with a note of so many bytes until compaction has something to do.
  void StartUntil(journal::Catalog::Task due, size_t bytes) {
    for (;;) {
      Frail host(journal);
      host.Open();
      if (host.Due() == due) return;
      ASSERT_EQ(host.Due(), journal::Catalog::Task::kNone);
      Call(R"(POST services/start)"
           "\n"
           R"({"contact_key":"k","Note":")" +
           std::string(bytes, 'x') + "\"}");
    }
  }

  Journal journal;
  std::string answer;
  uint64_t seed = 0;
  size_t failures = 0;
};

TEST_F(Allocations, FailInEveryRequestAndNothingIsLostOrHalfDone) {
  EveryRequestFails();
  EXPECT_GT(failures, 1000U);
}

TEST_F(Allocations, FailInEveryStepOfCompactionAndNothingIsLost) {
  using Task = journal::Catalog::Task;
  Waste();
  for (int i = 0; i < 2; ++i) EveryOneFails("a piece", [](Frail* host) { host->Piece(); });
  EveryOneFailsOpening("between two pieces");
  for (Frail host(journal); host.Open(), host.Due() == Task::kPiece; journal = host.journal) {
    EveryOneFails("a later piece", [](Frail* one) { one->Piece(); });
    host.journal = journal;
  }
  StartUntil(Task::kMerge, 0);
  EveryOneFails("a merge", [](Frail* host) { host->Merge(); });
  EveryOneFailsOpening("a segment");
  EXPECT_GT(failures, 1000U);
}

TEST_F(Allocations, FailInReadingAnOldOrADamagedFile) {
  for (int i = 0; i < 4; ++i)
    Call("POST services/start\n{\"contact_key\":\"k\",\"Note\":\"filler for a record\"}");
  journal::Writer snapshot({journal::Kind::kSnapshot, 4, 0, false, 1});
  for (const auto& [sequence, file] : journal) {
    for (const std::string_view record : journal::Read(file, sequence).records) snapshot.Append(record);
  }
  journal = {{4, snapshot.Finish()}};
  EveryOneFailsOpening("a snapshot of version 1");
  Call("POST services/start\n{\"contact_key\":\"k\"}");
  journal[5].back() ^= 1;
  EveryOneFailsOpening("a damaged file");
  EXPECT_GT(failures, 50U);
}

}  // namespace
}  // namespace anon
