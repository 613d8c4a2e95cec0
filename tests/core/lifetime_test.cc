// What time does: ttl, expiration_time, auto_complete_after, and purge (contract section 5). The clock is the
// test's; nothing waits.
#include <gtest/gtest.h>

#include "host.h"
#include "store/store.h"

namespace anon {
namespace {

class Lifetime : public testing::Test {
 protected:
  bool Exists(const std::string& id) { return host.Call("GET", "services/" + id).status == 200; }
  std::string Get(const std::string& path) { return host.Call("GET", path).body; }

  Host host;
};

TEST_F(Lifetime, TtlDeletesAServiceWithItsStatesAndTasksToTheMillisecond) {
  const std::string id = host.Begin(R"({"contact_key":"k","ttl":60})");
  host.Call("POST", "services/" + id + "/states/start");
  host.Call("POST", "services/" + id + "/tasks/start");
  host.now += 59999;
  EXPECT_TRUE(Exists(id));
  host.now += 1;
  EXPECT_FALSE(Exists(id));
  EXPECT_EQ(Get("services/anonymous/k"), "[]");
  EXPECT_EQ(host.Call("GET", "services/" + id + "/states").status, 400);
  EXPECT_EQ(host.Call("POST", "services/" + id + "/tasks/0/end").status, 400);
  EXPECT_EQ(host.Call("POST", "customers/C-1/services/" + id).status, 400);
}

TEST_F(Lifetime, ExpirationTimeDeletesAServiceAtThatTime) {
  const std::string id = host.Begin(R"({"customer_id":"C-1","expiration_time":"2026-01-01T01:00:01+01:00"})");
  host.now += 999;
  EXPECT_TRUE(Exists(id));
  host.now += 1;
  EXPECT_FALSE(Exists(id));
  EXPECT_EQ(Get("customers/C-1/services"), "[]");
}

TEST_F(Lifetime, TtlWinsOverExpirationTime) {
  const char* both = R"({"contact_key":"k","ttl":60,"expiration_time":"2026-01-01T00:00:01Z"})";
  const std::string started = host.Begin(both);
  const std::string updated = host.Begin(R"({"contact_key":"k"})");
  host.Call("PUT", "services/" + updated, R"({"expiration_time":"2026-01-01T00:00:01Z","ttl":60})");
  host.now += 59999;
  EXPECT_TRUE(Exists(started) && Exists(updated));
  host.now += 1;
  EXPECT_FALSE(Exists(started) || Exists(updated));
}

TEST(Tenants, HaveServicesOfOneIdAndOneDeadlineEachItsOwn) {
  for (const std::string first : {"north", "south"}) {
    const std::string second = first == "north" ? "south" : "north";
    Store store;
    Record record;
    record.SetInteger(Tag::kExpires, 1000);
    const std::string expires = record.Encode();
    record.SetInteger(Tag::kExpires, 2000);
    const std::string later = record.Encode();
    record.SetInteger(Tag::kExpires, 3000);
    const std::string last = record.Encode();
    for (const auto& tenant : {first, second}) store.Apply({Op::kPutService, tenant, "same", 0, expires});
    store.Apply({Op::kPutService, "north", "same", 0, later});
    store.Apply({Op::kPutService, "north", "last", 0, last});
    store.Settle(1000);
    EXPECT_NE(store.Find("north", "same"), nullptr);
    EXPECT_EQ(store.Find("south", "same"), nullptr);
    store.Settle(2000);
    EXPECT_EQ(store.Find("north", "same"), nullptr);
    EXPECT_NE(store.Find("north", "last"), nullptr);
    store.Settle(3000);
    EXPECT_EQ(store.size(), 0U);
    store.UndoTo(0);
    for (const auto& tenant : {first, second}) store.Apply({Op::kPutService, tenant, "same", 0, expires});
    store.Apply({Op::kRemoveService, "south", "same", 0, ""});
    store.Forget();
    store.Settle(1000);
    EXPECT_EQ(store.size(), 0U);
  }
}

TEST(Tenants, DeadlinesOfServicesOfOneIdAreAllTakenOutAgain) {
  Tenant north("north");
  Tenant south("south");
  for (const bool turned : {false, true}) {
    TimeOrder order(&Service::deadline);
    const Service::Owner one = Service::New(&north, "same");
    const Service::Owner other = Service::New(&south, "same");
    order.Add(turned ? other.get() : one.get());
    order.Add(turned ? one.get() : other.get());
    EXPECT_EQ(order.From(Service::kNever, "same").service(), one.get());
    order.Remove(other.get());
    EXPECT_EQ(*order.begin(), one.get());
    order.Remove(one.get());
    EXPECT_TRUE(order.begin().done());
  }
}

TEST_F(Lifetime, AnUpdateOfTheExpirationCountsFromTheUpdate) {
  const std::string id = host.Begin(R"({"contact_key":"k","ttl":10})");
  host.now += 9000;
  EXPECT_EQ(host.Call("PUT", "services/" + id, R"({"ttl":10})").status, 200);
  host.now += 9999;
  EXPECT_TRUE(Exists(id));
  EXPECT_EQ(host.Call("PUT", "services/" + id, R"({"expiration_time":"2027-01-01T00:00:00Z"})").status, 200);
  host.now += 100000;
  EXPECT_TRUE(Exists(id));
  for (const char* bad : {"", "{}", R"({"ttl":-1})", R"({"ttl":5,"x":1})", R"({"expiration_time":"soon"})",
                          R"({"ttl":null})"}) {
    EXPECT_EQ(host.Call("PUT", "services/" + id, bad).status, 400) << bad;
  }
  EXPECT_EQ(host.Call("PUT", "services/none", R"({"ttl":5})").status, 400);
}

TEST_F(Lifetime, AnEndAndAnAssociationMaySetItToo) {
  const std::string ended = host.Begin(R"({"contact_key":"k"})");
  const std::string joined = host.Begin(R"({"contact_key":"k"})");
  host.Call("POST", "services/" + ended + "/end", R"({"ttl":5})");
  host.Call("POST", "customers/C-1/services/" + joined, R"({"ttl":5})");
  host.now += 4999;
  EXPECT_TRUE(Exists(ended) && Exists(joined));
  host.now += 1;
  EXPECT_FALSE(Exists(ended) || Exists(joined));
}

TEST_F(Lifetime, AVeryLongTtlIsForEver) {
  const std::string id = host.Begin(R"({"contact_key":"k","ttl":9007199254740992})");
  host.now += int64_t{1000} * 365 * 86400000;
  EXPECT_TRUE(Exists(id));
}

TEST_F(Lifetime, AutoCompletionEndsAServiceAndAllItsStatesAndTasks) {
  const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":60})");
  host.Call("POST", "services/" + id + "/states/start");
  host.Call("POST", "services/" + id + "/tasks/start");
  host.now += 59999;
  EXPECT_TRUE(Has(Get("services/anonymous/k/active"), id));
  host.now += 3600001;
  EXPECT_EQ(Get("services/anonymous/k/active"), "[]");
  const std::string at = R"("completed":{"timestamp":"2026-01-01T00:01:00.000Z"})";
  EXPECT_TRUE(Has(Get("services/anonymous/k/completed"), at)) << "when it was due, not when it was seen";
  EXPECT_TRUE(Has(Get("services/" + id + "/states/completed"), at));
  EXPECT_TRUE(Has(Get("services/" + id + "/tasks/completed"), at));
  EXPECT_EQ(host.Call("POST", "services/" + id + "/states/start").status, 201) << "may start afterwards";
}

TEST_F(Lifetime, AnyUpdatePutsAutoCompletionOff) {
  const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":60})");
  const std::string service = "services/" + id;
  const std::pair<const char*, const char*> updates[] = {
      {"POST", "/states/start"},      {"POST", "/states/0/end"},
      {"POST", "/tasks/start"},       {"PUT", "/extensions/x"},
      {"PUT", "/extensions/y/merge"}, {"PUT", "/tasks/0/extensions/x"},
      {"POST", "/tasks/0/end"},       {"PUT", ""},
      {"POST", "/states/start"}};
  for (const auto& [method, path] : updates) {
    host.now += 59999;
    const char* body = std::string_view(path).empty() ? R"({"ttl":100000})" : "{}";
    EXPECT_LT(host.Call(method, service + path, body).status, 300) << path;
  }
  host.now += 59999;
  EXPECT_EQ(host.Call("POST", service + "/states/transition", R"({"from":{"state_id":1},"to":{}})").status,
            201);
  host.now += 59999;
  EXPECT_EQ(host.Call("POST", "customers/C-1/services/" + id).status, 204);
  host.now += 59999;
  EXPECT_TRUE(Has(Get("customers/C-1/services/active"), id));
  host.now += 1;
  EXPECT_EQ(Get("customers/C-1/services/active"), "[]") << "a query is no update";
}

TEST_F(Lifetime, ARefusedUpdateDoesNotPutItOff) {
  const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":60})");
  host.now += 30000;
  EXPECT_EQ(host.Call("POST", "services/" + id + "/tasks/start", R"({"state_id":9})").status, 400);
  host.now += 30000;
  EXPECT_EQ(Get("services/anonymous/k/active"), "[]");
}

TEST_F(Lifetime, AStoreWideDefaultCountsForServicesThatDoNotSay) {
  Host store(R"({"auto_complete_after":60})");
  const std::string silent = store.Begin(R"({"contact_key":"k"})");
  const std::string says = store.Begin(R"({"contact_key":"k","auto_complete_after":120})");
  store.now += 60000;
  const std::string active = store.Call("GET", "services/anonymous/k/active").body;
  EXPECT_FALSE(Has(active, silent));
  EXPECT_TRUE(Has(active, says));
}

TEST_F(Lifetime, AnExplicitEndStopsAutoCompletion) {
  const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":60})");
  host.Call("POST", "services/" + id + "/states/start");
  host.Call("POST", "services/" + id + "/end");
  host.now += 1000000;
  EXPECT_NE(Get("services/" + id + "/states/active"), "[]");
}

TEST_F(Lifetime, IsTheSameAfterTheJournalIsReadAgain) {
  host.Begin(R"({"contact_key":"k","ttl":60})");
  const std::string id = host.Begin(R"({"contact_key":"k","auto_complete_after":30})");
  host.Call("POST", "services/" + id + "/states/start");
  Host late;
  late.journal = host.journal;
  for (int i = 0; i < 100; ++i) {
    host.now += 1000;
    host.Call("GET", "services/anonymous/k");
  }
  late.Reopen();
  late.now = host.now;
  const std::string query = "services/anonymous/k?completed_states=true";
  EXPECT_EQ(late.Call("GET", query).body, host.Call("GET", query).body);
  host.Begin(R"({"contact_key":"k"})");
  late.journal = host.journal;
  late.Reopen();
  EXPECT_EQ(late.engine.Digest(), host.engine.Digest());
}

TEST_F(Lifetime, AClockBeyondTheYear9999StopsNothing) {
  host.now = 8640000000000000;  // the last instant of JavaScript
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.Call("GET", "services/" + id).status, 200);
}

class Purges : public testing::Test {
 protected:
  Purges() {
    ids["active.anonymous"] = host.Begin(R"({"contact_key":"k"})");
    ids["active.identified"] = host.Begin(R"({"customer_id":"C-1"})");
    ids["completed.anonymous"] = host.Begin(R"({"contact_key":"k"})");
    ids["completed.identified"] = host.Begin(R"({"customer_id":"C-1"})");
    for (const char* name : {"completed.anonymous", "completed.identified"}) {
      host.Call("POST", "services/" + ids[name] + "/end");
    }
  }
  Result Purge(const std::string& operation, const std::string& limit = "2026-01-01T00:00:00.001Z") {
    return host.Call("POST", "maintenance/purge",
                     R"({"limit":")" + limit + R"(","operation":")" + operation + "\"}");
  }
  std::string Left() {
    std::string left;
    for (const auto& [name, id] : ids) {
      if (host.Call("GET", "services/" + id).status == 200) left += name + " ";
    }
    return left;
  }

  Host host;
  std::map<std::string, std::string> ids;
};

TEST_F(Purges, AllTakesAll) {
  EXPECT_EQ(Purge("purge.service.all").body, R"({"purged":4})");
  EXPECT_EQ(Left(), "");
}
TEST_F(Purges, StartedTakesActiveOnes) {
  EXPECT_EQ(Purge("purge.service.started").body, R"({"purged":2})");
  EXPECT_EQ(Left(), "completed.anonymous completed.identified ");
}
TEST_F(Purges, StartedAnonymousTakesActiveAnonymousOnes) {
  EXPECT_EQ(Purge("purge.service.started.anonymous").body, R"({"purged":1})");
  EXPECT_EQ(Left(), "active.identified completed.anonymous completed.identified ");
}
TEST_F(Purges, CompletedTakesCompletedOnes) {
  EXPECT_EQ(Purge("purge.service.completed").body, R"({"purged":2})");
  EXPECT_EQ(Left(), "active.anonymous active.identified ");
}
TEST_F(Purges, CompletedAnonymousTakesCompletedAnonymousOnes) {
  EXPECT_EQ(Purge("purge.service.completed.anonymous").body, R"({"purged":1})");
  EXPECT_EQ(Left(), "active.anonymous active.identified completed.identified ");
}

TEST_F(Purges, TakeWhatStartedBeforeTheLimitOnly) {
  EXPECT_EQ(Purge("purge.service.all", "2026-01-01T00:00:00.000Z").body, R"({"purged":0})");
  EXPECT_EQ(Purge("purge.service.all", "2026-01-01T01:00:00.001+01:00").body, R"({"purged":4})");
}

TEST_F(Purges, AreGoneAfterReopeningToo) {
  Purge("purge.service.completed");
  host.Reopen();
  EXPECT_EQ(Left(), "active.anonymous active.identified ");
}

TEST_F(Purges, NeedALimitAndAnOperationThatExists) {
  EXPECT_EQ(Purge("purge.service.anonymous").status, 400);
  EXPECT_EQ(Purge("purge.service.all", "tomorrow").status, 400);
  for (const char* body :
       {"", "{}", R"({"operation":"purge.service.all"})", R"({"limit":"2026-01-01T00:00:00Z"})",
        R"({"limit":"2026-01-01T00:00:00Z","operation":"purge.service.all","dry":true})"}) {
    EXPECT_EQ(host.Call("POST", "maintenance/purge", body).status, 400) << body;
  }
  EXPECT_EQ(host.engine.service_count(), 4U);
}

}  // namespace
}  // namespace anon
