// The rules of the contract's section 1, one by one, and ids (section 8).
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "host.h"
#include "model/id.h"

namespace anon {
namespace {

constexpr const char* kAnonymous = R"({"contact_key":"pat@example.org","service_type":"WebOrder"})";
constexpr const char* kByKey = "services/anonymous/pat%40example.org";

TEST(Rule1, AStartNeedsACustomerOrAContactKey) {
  Host host;
  const std::string before = host.engine.Digest();
  const Result refused = host.Call("POST", "services/start", R"({"service_type":"WebOrder"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("customer_id, contact_key"), std::string::npos);
  EXPECT_EQ(host.engine.Digest(), before);
  EXPECT_EQ(host.Call("POST", "services/start", R"({"contact_key":"k"})").status, 201);
  EXPECT_EQ(host.Call("POST", "services/start", R"({"customer_id":"C-1"})").status, 201);
}

TEST(Rule1, WithBothTheServiceIsIdentified) {
  Host host;
  host.Begin(R"({"contact_key":"pat@example.org","customer_id":"C-42"})");
  EXPECT_EQ(host.Call("GET", kByKey).body, "[]");
  EXPECT_NE(host.Call("GET", "customers/C-42/services").body, "[]");
}

TEST(Rule2, OneKeyFindsAnyNumberOfServicesInTheOrderOfTheirStart) {
  Host host;
  std::string expected = "[";
  for (int i = 0; i < 5; ++i) {
    host.now += 10;
    const std::string id = host.Begin(R"({"contact_key":"k"})");
    const std::string body = host.Call("GET", "services/" + id).body;
    expected += (i > 0 ? "," : "") + body;
  }
  EXPECT_EQ(host.Call("GET", "services/anonymous/k").body, expected + "]");
}

TEST(Rule3, KeysMatchByteForByte) {
  Host host;
  host.Begin(R"({"contact_key":"Pat"})");
  for (const char* other : {"pat", "Pat%20", "P", "Pat%00", "PAT"}) {
    const Result result = host.Call("GET", std::string("services/anonymous/") + other);
    EXPECT_TRUE(result.body == "[]" || result.status == 400) << other;
  }
  // The letter é, composed and decomposed, is two keys.
  host.Begin("{\"contact_key\":\"\xC3\xA9\"}");
  EXPECT_EQ(host.Call("GET", "services/anonymous/e%CC%81").body, "[]");
  EXPECT_NE(host.Call("GET", "services/anonymous/%C3%A9").body, "[]");
}

TEST(Rule4, AQueryByKeyGivesAnonymousServicesAllActiveOrCompleted) {
  Host host;
  const std::string active = host.Begin(kAnonymous);
  const std::string completed = host.Begin(kAnonymous);
  host.Begin(R"({"contact_key":"pat@example.org","customer_id":"C-42"})");
  EXPECT_EQ(host.Call("POST", "services/" + completed + "/end").status, 204);
  const auto has = [&](const char* suffix, const std::string& id) {
    return host.Call("GET", std::string(kByKey) + suffix).body.find(id) != std::string::npos;
  };
  EXPECT_TRUE(has("", active) && has("", completed));
  EXPECT_TRUE(has("/active", active) && !has("/active", completed));
  EXPECT_TRUE(!has("/completed", active) && has("/completed", completed));
  EXPECT_EQ(host.Call("GET", kByKey).body.find("C-42"), std::string::npos);
}

TEST(Rule5, AnAssociatedServiceLeavesTheKeyAndAppearsUnderTheCustomerAsItWas) {
  Host host;
  const std::string id =
      host.Begin(R"({"contact_key":"pat@example.org","Cart":{"b":1.0,"a":9007199254740993}})");
  host.Call("POST", "services/" + id + "/states/start", R"({"state_type":"basket"})");
  host.Call("POST", "services/" + id + "/tasks/start", R"({"task_type":1,"state_id":0})");
  const std::string show = "services/" + id + "?extensions=*&active_states=true&active_tasks=true";
  std::string before = host.Call("GET", show).body;
  host.now += 5000;
  EXPECT_EQ(host.Call("POST", "customers/C-42/services/" + id).status, 204);
  EXPECT_EQ(host.Call("GET", kByKey).body, "[]");
  EXPECT_NE(host.Call("GET", "customers/C-42/services").body.find(id), std::string::npos);
  const std::string key = "\"contact_key\":";
  before.insert(before.find(key), "\"customer_id\":\"C-42\",");
  EXPECT_EQ(host.Call("GET", show).body, before);
  EXPECT_NE(before.find(R"("Cart":{"b":1.0,"a":9007199254740993})"), std::string::npos);
}

TEST(Rule6, AssociatingAgainMovesTheServiceAndTheSameCustomerAgainOnlyUpdates) {
  Host host;
  const std::string id = host.Begin(kAnonymous);
  host.Call("POST", "customers/C-1/services/" + id);
  const std::string once = host.engine.Digest();
  host.Call("POST", "customers/C-1/services/" + id);
  EXPECT_EQ(host.engine.Digest(), once);
  host.Call("POST", "customers/C-1/services/" + id, R"({"service_type":"Claim"})");
  EXPECT_NE(host.Call("GET", "services/" + id).body.find("Claim"), std::string::npos);
  host.Call("POST", "customers/C-2/services/" + id);
  for (const char* list : {"", "/active", "/completed"}) {
    EXPECT_EQ(host.Call("GET", std::string("customers/C-1/services") + list).body, "[]");
  }
  EXPECT_NE(host.Call("GET", "customers/C-2/services/active").body, "[]");
}

TEST(Rule7, AnAssociationUpdatesStartFieldsAndReplacesExtensions) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","Cart":[1],"Note":"x"})");
  const char* update = R"({"service_type":7,"est_duration":60,"session_id":"s","Cart":[2]})";
  EXPECT_EQ(host.Call("POST", "customers/C-1/services/" + id, update).status, 204);
  const std::string body = host.Call("GET", "services/" + id + "?extensions=*").body;
  for (const char* part : {R"("service_type":7)", R"("est_duration":60)", R"("session_id":"s")",
                           R"("Cart":[2])", R"("Note":"x")", R"("contact_key":"k")"}) {
    EXPECT_NE(body.find(part), std::string::npos) << part << " in " << body;
  }
  EXPECT_EQ(host.Call("POST", "customers/C-1/services/" + id, R"({"customer_id":"C-2"})").status, 400);
}

TEST(Rule8, ACompletedServiceMayBeAssociatedAndCompletingItAgainAnswersAlike) {
  Host host;
  const std::string id = host.Begin(kAnonymous);
  const std::string end = "services/" + id + "/end";
  host.Call("POST", "services/" + id + "/states/start", "{}");
  EXPECT_EQ(host.Call("POST", end, R"({"disposition":"sold"})").status, 204);
  host.now += 1000;
  EXPECT_EQ(host.Call("POST", end, R"({ "disposition" : "sold" })").status, 204);
  EXPECT_EQ(host.Call("POST", end, R"({"disposition":"lost"})").status, 409);
  EXPECT_NE(host.Call("GET", "services/" + id + "/states/active").body, "[]");
  EXPECT_EQ(host.Call("POST", "services/" + id + "/tasks/start", "{}").status, 201);
  EXPECT_EQ(host.Call("POST", "customers/C-42/services/" + id).status, 204);
  EXPECT_NE(host.Call("GET", "customers/C-42/services/completed").body, "[]");
}

TEST(Rule9, AnAnonymousServiceTakesStatesTasksAndExtensionsAsAnIdentifiedOneDoes) {
  // Every answer of one run over a service, its id left out.
  const auto run = [](const char* start) {
    Host host;
    const std::string id = host.Begin(start);
    const std::string service = "services/" + id;
    const std::tuple<const char*, const char*, const char*> calls[] = {
        {"POST", "/states/start", R"({"state_type":"a","x":1})"},
        {"POST", "/states/transition", R"({"from":{"state_id":0},"to":{"state_type":"b"}})"},
        {"POST", "/tasks/start", R"({"task_type":"t","state_id":1})"},
        {"POST", "/tasks/start", R"({"state_id":7})"},
        {"PUT", "/extensions/Cart", "[1.0]"},
        {"PUT", "/states/1/extensions/Cart/merge", R"({"a":1})"},
        {"POST", "/tasks/0/end", R"({"disposition":"d"})"},
        {"POST", "/states/1/end", ""},
        {"GET", "/states?extensions=*", ""},
        {"GET", "/tasks/0", ""},
        {"POST", "/end", R"({"disposition":1})"},
    };
    std::string answers;
    for (const auto& [method, path, body] : calls) {
      const Result result = host.Call(method, service + path, body);
      answers += std::to_string(result.status) + result.body + "\n";
    }
    for (size_t at; (at = answers.find(id)) != std::string::npos;) answers.erase(at, id.size());
    return answers;
  };
  EXPECT_EQ(run(R"({"contact_key":"k"})"), run(R"({"customer_id":"C-1"})"));
}

TEST(Rule10, ATasksStateMustBeOneOfItsService) {
  Host host;
  const std::string id = host.Begin(kAnonymous);
  const std::string tasks = "services/" + id + "/tasks/start";
  EXPECT_EQ(host.Call("POST", tasks, R"({"state_id":0})").status, 400);
  host.Call("POST", "services/" + id + "/states/start");
  EXPECT_EQ(host.Call("POST", tasks, R"({"state_id":0})").body, R"({"task_id":0})");
  EXPECT_EQ(host.Call("POST", tasks, R"({"state_id":1})").status, 400);
}

TEST(Ids, AreVersion7WithTheClockAndTheShardOfTheKey) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id.substr(0, 8) + id.substr(9, 4),
            "019b76da"
            "a800");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_EQ(ShardOfId(id), ShardHint("", "k"));
  EXPECT_NE(ShardHint("", "k"), ShardHint("north", "k"));
  EXPECT_FALSE(ShardOfId("383-" + id));
  EXPECT_FALSE(ShardOfId("12345"));
}

TEST(Ids, AreDistinctAcrossRequestsAndWithinOne) {
  std::set<std::string> ids;
  IdSource source({1, 2, 3});
  for (int i = 0; i < 1000; ++i) ids.insert(source.Next(0, 0));
  Host host;
  for (int i = 0; i < 1000; ++i) ids.insert(host.Begin(R"({"contact_key":"k"})"));
  EXPECT_EQ(ids.size(), 2000U);
}

}  // namespace
}  // namespace anon
