// Commit, rollback, recovery and replay.
#include <gtest/gtest.h>

#include <random>

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
      if (opened.repair.file.empty()) {
        opened.journal.erase(2);
      } else {
        opened.journal[2] = opened.repair.file;
      }
      opened.worst = Engine::Ingested::kWhole;
      opened.Reopen();
      ASSERT_EQ(opened.worst, Engine::Ingested::kWhole) << size;
      ASSERT_EQ(opened.engine.Digest(), digest) << size;
    }
    ASSERT_NE(opened.Call("GET", "services/anonymous/k").body.find(first), std::string::npos);
    ASSERT_EQ(opened.Call("POST", "services/start", R"({"contact_key":"k"})").status, 201);
  }
}

TEST(Engine, ASnapshotStandsForEverythingBeforeIt) {
  Host host;
  for (int i = 0; i < 10; ++i) {
    const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":60,"Cart":[1]})");
    host.Call("POST", "services/" + id + "/states/start");
    if (i % 3 == 0) host.Call("DELETE", "services/" + id);
    if (i % 3 == 1) {
      host.Call("POST", "local/associations", R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}");
    }
  }
  const std::string digest = host.engine.Digest();
  const uint64_t sequence = host.engine.sequence() + 1;
  const std::string file = host.engine.Snapshot(sequence);
  host.engine.Commit(sequence, file.size());
  EXPECT_EQ(host.engine.Digest(), digest);
  host.journal = {{sequence, file}};
  host.Reopen();
  EXPECT_EQ(host.engine.Digest(), digest);
  EXPECT_EQ(host.engine.sequence(), sequence);
  // A tab that had seen only the beginning takes the snapshot in and is the same.
  Host stale;
  stale.Begin(R"({"contact_key":"other"})");
  Engine::Repair repair;
  EXPECT_EQ(stale.engine.Ingest(sequence, file, &repair), Engine::Ingested::kWhole);
  EXPECT_EQ(stale.engine.Digest(), digest);
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

// Random histories of good and bad operations, some rolled back: what is read again is what was there.
TEST(Engine, AnyHistoryReadsBackToTheSameState) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](size_t count) { return random() % count; };
    Host host;
    std::vector<std::string> ids = {"unknown"};
    for (int step = 0; step < 100; ++step) {
      host.now += static_cast<int64_t>(pick(20000));
      const std::string& id = ids[pick(ids.size())];
      const std::string key = std::string(1, static_cast<char>('a' + pick(3)));
      const std::string customer = "C-" + std::to_string(pick(2));
      const std::string before = host.engine.Digest();
      Result result;
      switch (pick(10)) {
        case 0:
        case 1:
        case 2:
          result = host.Execute("POST", "services/start",
                                R"({"contact_key":")" + key + R"(","ttl":)" + std::to_string(pick(300)) +
                                    R"(,"auto_complete_after":)" + std::to_string(1 + pick(100)) + "}");
          if (result.status == 201) ids.push_back(Host::Field(result.body, "service_id"));
          break;
        case 3:
          result = host.Execute("POST", "services/" + id + "/end", pick(2) == 0 ? "{}" : R"({"x":1})");
          break;
        case 4:
          result = host.Execute("POST", "customers/" + customer + "/services/" + id);
          break;
        case 5:
          result = host.Execute("POST", "services/" + id + "/states/start");
          break;
        case 6:
          result = host.Execute("POST", "services/" + id + "/states/0/end", R"({"disposition":1})");
          break;
        case 7:
          result = host.Execute("PUT", "services/" + id + "/extensions/Cart/merge",
                                pick(3) == 0 ? "[1]" : R"({"a":1})");
          break;
        case 8:
          result = host.Execute("POST", "local/associations",
                                R"({"customer_id":")" + customer + R"(","service_ids":[")" + id + "\"]}");
          break;
        default:
          result = host.Execute("DELETE", "services/" + id);
      }
      if (pick(4) == 0) {
        host.engine.Rollback();
        ASSERT_EQ(host.engine.Digest(), before) << seed << ' ' << step;
      } else {
        host.Commit();
      }
      if (result.status >= 400) ASSERT_EQ(host.engine.Digest(), before) << seed << ' ' << step;
    }
    const std::string digest = host.engine.Digest();
    host.Reopen();
    ASSERT_EQ(host.engine.Digest(), digest) << seed;
  }
}

}  // namespace
}  // namespace anon
