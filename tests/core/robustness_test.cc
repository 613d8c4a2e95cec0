// Bytes that nobody meant: requests and journal entries bent at random (fixed seeds). Whatever they are, the
// engine answers, its answers are well-formed, and its journal reads back. The sanitizers watch.
#include <gtest/gtest.h>

#include <random>

#include "host.h"
#include "journal/reader.h"
#include "journal/writer.h"
#include "model/json.h"

namespace anon {
namespace {

// Flips, cuts, doubles and joins, as a fuzzer does.
std::string Bent(std::string bytes, const std::string& other, std::mt19937* random) {
  const auto pick = [&](size_t count) { return static_cast<size_t>((*random)()) % count; };
  for (size_t i = 1 + pick(4); i > 0 && !bytes.empty(); --i) {
    const size_t at = pick(bytes.size());
    switch (pick(5)) {
      case 0:
        bytes[at] = static_cast<char>(pick(256));
        break;
      case 1:
        bytes.erase(at, 1 + pick(8));
        break;
      case 2:
        bytes.insert(at, std::string(1, "\"{}[],:%/\n\\\0\x80?&=0"[pick(17)]));
        break;
      case 3:
        bytes.insert(at, bytes.substr(pick(bytes.size()), pick(16)));
        break;
      default:
        if (!other.empty()) bytes.insert(at, other.substr(pick(other.size()), pick(24)));
    }
  }
  return bytes;
}

class Bending : public testing::Test {
 protected:
  Bending() {
    const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":50,"Cart":{"a":[1.0]}})");
    const std::string service = "services/" + id;
    host.Call("POST", service + "/states/start", R"({"state_type":"a","Note":"x"})");
    host.Call("POST", service + "/tasks/start", R"({"task_type":1,"state_id":0})");
    host.Call("POST", "local/associations", R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}");
    const std::string association = host.Call("GET", "local/outbox").Header("Association-Id");
    requests = {
        "POST services/start\nRole: local\nIdempotency-Key: "
        "a\n\n{\"contact_key\":\"k\",\"ttl\":60,\"x\":[1]}",
        "GET services/anonymous/k/active?started_from=2026-01-01T00:00:00Z&limit=5&extensions=*\nRole: "
        "local\n\n",
        "GET customers/C-1/services?active_states=true&completed_tasks=true&service_types=a,1\nCustomer: "
        "C-1\n\n",
        "GET " + service +
            "?extensions=*,State.*,Task.*&active_states=true&active_tasks=true\nRole: reader\n\n",
        "PUT " + service + "/extensions/Cart/merge\nRole: local\n\n{\"a\":2,\"b\":{\"c\":null}}",
        "POST " + service +
            "/states/transition\nRole: local\n\n{\"from\":{\"state_id\":0},\"to\":{\"state_type\":2}}",
        "POST " + service +
            "/end\nRole: local\n\n{\"disposition\":\"d\",\"timestamp\":\"2026-01-01T00:00:00+01:00\"}",
        "POST services_composite/start\nRole: "
        "local\n\n{\"services\":[{\"service\":{\"contact_key\":\"k\"},\"task\":{}}]}",
        "POST maintenance/purge\nRole: "
        "local\n\n{\"limit\":\"2026-01-01T00:00:00Z\",\"operation\":\"purge.service.all\"}",
        "GET maintenance/services/stream?time_from=2020-01-01T00:00:00Z&cursor=5.-x\nRole: reader\n\n",
        "POST local/associations/" + association + "/receipt\nRole: local\n\n{\"association_id\":\"" +
            association + "\",\"services\":[{\"service_id\":\"" + id + "\",\"result\":\"associated\"}]}",
        "POST associations\nCustomer: C-2\nContent-Type: application/json\n\n" +
            host.Call("GET", "local/outbox").body,
    };
  }

  Host host;
  std::vector<std::string> requests;
};

TEST_F(Bending, RequestsAreAnsweredWithWellFormedJsonAndLeaveAJournalThatReadsBack) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string& one = requests[random() % requests.size()];
    const std::string& other = requests[random() % requests.size()];
    const std::string message = std::string(16, static_cast<char>(i)) + Bent(one, other, &random);
    host.now += static_cast<int64_t>(random() % 100);
    const Response response = host.engine.Execute(message, host.now);
    ASSERT_TRUE(response.status >= 200 && response.status < 500);
    // The later chunks of an export are no JSON of their own.
    const bool chunk = message.find("stream") != std::string::npos && response.status == 200;
    if (!response.body.empty() && !chunk) {
      ASSERT_FALSE(CheckJson(response.body, "answer", 64)) << response.body;
    }
    if (i % 100 == 0) host.Commit();
  }
  host.Commit();
  const std::string digest = host.engine.Digest();
  host.Reopen();
  EXPECT_EQ(host.worst, Engine::Ingested::kWhole);
  EXPECT_EQ(host.engine.Digest(), digest);
}

TEST_F(Bending, RequestsOfFewBytesAreAnsweredToo) {
  for (size_t size = 0; size < 40; ++size) {
    EXPECT_GE(host.engine.Execute(std::string(size, 'x'), 0).status, 400) << size;
  }
  for (const std::string& request : requests) {
    for (size_t size = 0; size < request.size(); ++size) {
      EXPECT_GE(host.engine.Execute(std::string(16, 'r') + request.substr(0, size), host.now).status, 200);
    }
  }
}

TEST_F(Bending, JournalEntriesUnderAGoodChecksumNeverHarm) {
  std::mt19937 random(2);
  std::vector<std::string> entries;
  for (const auto& [sequence, file] : host.journal) {
    for (const std::string_view record : journal::Read(file, sequence).records) entries.emplace_back(record);
  }
  for (int i = 0; i < 2000; ++i) {
    journal::Header header{journal::Kind::kLog, 100};
    if (random() % 4 == 0) header = {journal::Kind::kSnapshot, 100, 0, false, 1};
    journal::Writer writer(header);
    for (const std::string& entry : entries) {
      const std::string bent =
          random() % 2 == 0 ? entry : Bent(entry, entries[random() % entries.size()], &random);
      if (!bent.empty()) writer.Append(bent);
    }
    Engine engine;
    Engine::Repair repair;
    const auto ingested = engine.Ingest(100, writer.Finish(), &repair);
    ASSERT_NE(ingested, Engine::Ingested::kNewerFormat);
    for (const std::string& request : requests) {
      ASSERT_NE(engine.Execute(std::string(16, 'r') + request, host.now).status, 0);
    }
    engine.Rollback();
    const std::string digest = engine.Digest();
    Engine copy;
    uint64_t drop = 0;
    ASSERT_EQ(copy.Ingest(101, engine.Piece(101, &drop), &repair), Engine::Ingested::kWhole);
    ASSERT_EQ(drop, 101U);
    ASSERT_EQ(copy.Digest(), digest) << i;
  }
}

}  // namespace
}  // namespace anon
