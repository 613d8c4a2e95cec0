// Commit, rollback, recovery and replay.
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "host.h"

namespace anon {
namespace {

TEST(Engine, TakesAPendingOperationBack) {
  Host host;
  const std::string kept = host.Begin(R"({"contact_key":"k"})");
  const std::string before = host.engine.Digest();
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Execute("POST", "services/" + kept + "/states/start");
  host.Execute("POST", "services/" + kept + "/end");
  host.Execute("POST", "customers/C-1/services/" + kept);
  host.Execute("DELETE", "services/" + kept);
  EXPECT_EQ(host.Execute("GET", "services/" + kept).status, 400);
  host.engine.Rollback();
  EXPECT_EQ(host.engine.Digest(), before);
  EXPECT_TRUE(host.engine.Seal(2).empty());
  EXPECT_NE(host.Call("GET", "services/anonymous/k/active").body.find(kept), std::string::npos);
}

TEST(Engine, AnOperationThatFailsHalfWayChangesNothing) {
  Host host;
  host.Begin(R"({"contact_key":"k","service_type":"T"})");
  const std::string before = host.engine.Digest();
  const char* body = R"({"services":[{"service":{"contact_key":"new"},"state":{}},
                                     {"service":{"contact_key":"k"},"task":{"state_id":9}}]})";
  EXPECT_EQ(host.Call("POST", "services_composite/start", body).status, 400);
  EXPECT_EQ(host.engine.Digest(), before);
  EXPECT_EQ(host.journal.size(), 1U);
}

TEST(Engine, ReadsItsJournalBackToTheSameState) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","Cart":[1.0]})");
  host.Call("POST", "services/" + id + "/states/start", R"({"state_type":1})");
  host.Call("POST", "local/associations", R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}");
  const std::string digest = host.engine.Digest();
  host.Reopen();
  EXPECT_EQ(host.engine.Digest(), digest);
  EXPECT_EQ(host.Call("GET", "local/outbox").status, 200);
}

TEST(Engine, TruncatedAtAnyByteOfTheLastFileKeepsAllThatIsBefore) {
  Host host;
  const std::string first = host.Begin(R"({"contact_key":"k"})");
  const std::string committed = host.engine.Digest();
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  const std::string one = host.engine.Seal(2);
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Commit();
  const std::string whole = host.journal[2];
  const std::string all = host.engine.Digest();
  for (size_t size = 0; size < whole.size(); ++size) {
    Host opened;
    opened.journal = host.journal;
    opened.journal[2] = whole.substr(0, size);
    opened.Reopen();
    const std::string digest = opened.engine.Digest();
    if (size < one.size()) {
      ASSERT_EQ(digest, committed) << size;
    } else {
      ASSERT_NE(digest, committed) << size;
      ASSERT_NE(digest, all) << size;
    }
    // What is stored in place of the damaged file reads back to the same state, without damage.
    if (opened.worst == Engine::Ingested::kDamaged) {
      EXPECT_GT(opened.repair.lost + 1, 0U);
      opened.journal[2] = opened.repair.file;
      opened.worst = Engine::Ingested::kWhole;
      opened.Reopen();
      ASSERT_EQ(opened.worst, Engine::Ingested::kWhole) << size;
      ASSERT_EQ(opened.engine.Digest(), digest) << size;
    }
    ASSERT_NE(opened.Call("GET", "services/anonymous/k").body.find(first), std::string::npos);
    ASSERT_EQ(opened.Call("POST", "services/start", R"({"contact_key":"k"})").status, 201);
  }
}

TEST(Engine, WhatTimeDoesIsTheSameHoweverOftenItIsLookedAt) {
  Host asked;
  asked.Begin(R"({"contact_key":"k","ttl":100})");
  const std::string id = asked.Begin(R"({"contact_key":"k","auto_complete_after":50})");
  asked.Call("POST", "services/" + id + "/states/start");
  Host idle;
  idle.journal = asked.journal;
  idle.Reopen();
  for (int i = 0; i < 200; ++i) {
    asked.now += 1000;
    asked.Call("GET", "services/anonymous/k");
  }
  EXPECT_EQ(asked.engine.Digest(), idle.engine.Digest()) << "a look is not a change";
  idle.now = asked.now;
  EXPECT_EQ(asked.Call("GET", "services/anonymous/k?active_states=true&completed_states=true").body,
            idle.Call("GET", "services/anonymous/k?active_states=true&completed_states=true").body);
  asked.Begin(R"({"contact_key":"k"})");
  Host replayed;
  replayed.journal = asked.journal;
  replayed.Reopen();
  EXPECT_EQ(replayed.engine.Digest(), asked.engine.Digest());
}

TEST(Engine, AClockThatRunsBackwardsLosesNothing) {
  Host host;
  host.now += 1000000000;
  host.Begin(R"({"contact_key":"k"})");
  host.now -= 1000000000;
  const std::string id = host.Begin(R"({"contact_key":"k","ttl":10})");
  EXPECT_EQ(host.Call("GET", "services/" + id).status, 200);
  host.Reopen();
  EXPECT_EQ(host.Call("GET", "services/" + id).status, 200);
}

TEST(Engine, ARolledBackOperationDoesNotMoveTheClock) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","ttl":100})");
  host.now += 1000000;
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Rollback();
  host.now -= 1000000;
  EXPECT_EQ(host.Call("GET", "services/" + id).status, 200);
}

TEST(Engine, ADamagedByteAnywhereInTheLastFileNeverGivesAStateThatNeverWas) {
  Host host;
  std::vector<std::string> states;
  host.Begin(R"({"contact_key":"k"})");
  states.push_back(host.engine.Digest());
  for (int i = 0; i < 2; ++i) {
    host.Execute("POST", "services/start", R"({"contact_key":"k","Cart":[1]})");
    states.push_back(host.engine.Digest());
  }
  host.Commit();
  const std::string whole = host.journal[2];
  for (size_t at = 0; at < whole.size(); ++at) {
    Host opened;
    opened.journal = host.journal;
    opened.journal[2][at] = static_cast<char>(whole[at] ^ 0x41);
    opened.Reopen();
    ASSERT_EQ(opened.worst, Engine::Ingested::kDamaged) << at;
    const std::string digest = opened.engine.Digest();
    ASSERT_TRUE(digest == states[0] || digest == states[1]) << at;
    ASSERT_GT(opened.repair.lost, 0U) << at;
  }
}

TEST(Engine, RefusesAFileOfANewerFormatAndStaysAsItIs) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  const std::string pending = host.engine.Seal(2);
  std::string newer = pending;
  newer[4] = journal::kVersion + 1;
  const uint32_t crc = MaskedCrc32c(Crc32c(std::string_view(newer).substr(0, 20)));
  for (size_t i = 0; i < 4; ++i) newer[20 + i] = static_cast<char>(crc >> (8 * i) & 0xFF);
  Engine::Repair repair;
  EXPECT_EQ(host.engine.Ingest(2, newer, &repair), Engine::Ingested::kNewerFormat);
  EXPECT_EQ(host.engine.Seal(2), pending) << "not even what was pending is lost";
  EXPECT_EQ(host.engine.sequence(), 1U);
}

TEST(Engine, PassesOverAFileThatItHasSeen) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  const std::string digest = host.engine.Digest();
  Engine::Repair repair;
  EXPECT_EQ(host.engine.Ingest(1, host.journal[1], &repair), Engine::Ingested::kWhole);
  EXPECT_EQ(host.engine.Digest(), digest);
  EXPECT_EQ(host.engine.service_count(), 1U);
}

TEST(Engine, TakesInWhatAnotherTabCommittedAndRunsTheSameRequestsOnTopOfIt) {
  Host one;
  one.Begin(R"({"contact_key":"k"})");
  Host two;
  two.journal = one.journal;
  two.Reopen();
  one.Begin(R"({"contact_key":"k"})");
  two.now += 1;
  two.Execute("POST", "services/start", R"({"contact_key":"k"})");
  // The second tab finds file 2 taken: it ingests it, runs its batch again and seals under 3.
  Engine::Repair repair;
  EXPECT_EQ(two.engine.Ingest(2, one.journal[2], &repair), Engine::Ingested::kWhole);
  EXPECT_EQ(two.engine.service_count(), 2U) << "what was pending is taken back";
  two.Execute("POST", "services/start", R"({"contact_key":"k"})");
  const std::string file = two.engine.Seal(3);
  two.engine.Commit(3, file.size());
  EXPECT_EQ(one.engine.Ingest(3, file, &repair), Engine::Ingested::kWhole);
  EXPECT_EQ(one.engine.Digest(), two.engine.Digest());
  EXPECT_EQ(one.engine.service_count(), 3U);
}

TEST(Engine, NamesWhatCommitsAndIngestedFilesTouched) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.engine.TakeChanges(),
            R"({"service_ids":[")" + id + R"("],"association_ids":[],"tenants":{"":{"receipts":[]}}})");
  EXPECT_EQ(host.engine.TakeChanges(),
            R"({"service_ids":[],"association_ids":[],"tenants":{"":{"receipts":[]}}})");
  host.Execute("POST", "services/" + id + "/end");
  host.Rollback();
  EXPECT_EQ(host.engine.TakeChanges(),
            R"({"service_ids":[],"association_ids":[],"tenants":{"":{"receipts":[]}}})");
  host.Call("POST", "local/associations", R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}");
  const std::string changes = host.engine.TakeChanges();
  EXPECT_FALSE(Has(changes, R"("association_ids":[])"));
  Host other;
  other.journal = host.journal;
  other.Reopen();
  EXPECT_EQ(other.engine.TakeChanges(), changes);
}

TEST(Engine, NamesNothingThatWasNeverCommitted) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  EXPECT_NE(host.engine.TakeChanges(), "");
  const char* half =
      R"({"services":[{"service":{"contact_key":"new"}},{"service":{"contact_key":"k"},"task":{"state_id":9}}]})";
  EXPECT_EQ(host.Execute("POST", "services_composite/start", half).status, 400);
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.engine.TakeChanges(),
            R"({"service_ids":[")" + id + R"("],"association_ids":[],"tenants":{"":{"receipts":[]}}})");
}

}  // namespace
}  // namespace anon
