// States and tasks: starting, completing, moving on, finding (contract sections 1, 3, 4 and 5).
#include <gtest/gtest.h>

#include "host.h"

namespace anon {
namespace {

class Parts : public testing::Test {
 protected:
  Result Post(const std::string& path, std::string_view body = "") {
    return host.Call("POST", service + path, body);
  }
  std::string Get(const std::string& path) { return host.Call("GET", service + path).body; }

  Host host;
  std::string id = host.Begin(R"({"contact_key":"k"})");
  std::string service = "services/" + id;
};

TEST_F(Parts, CountFrom0EachInItsOwnRow) {
  EXPECT_EQ(Post("/states/start").body, R"({"state_id":0})");
  EXPECT_EQ(Post("/states/start").body, R"({"state_id":1})");
  EXPECT_EQ(Post("/tasks/start").body, R"({"task_id":0})");
  EXPECT_EQ(Post("/tasks/start").body, R"({"task_id":1})");
  const std::string other = host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.Call("POST", "services/" + other + "/states/start").body, R"({"state_id":0})");
}

TEST_F(Parts, AreAnsweredWithTheirLocation) {
  const Result state = Post("/states/start");
  EXPECT_EQ(state.status, 201);
  EXPECT_EQ(state.Header("Location"), "/genesys/1/cs/services/" + id + "/states/0");
  EXPECT_EQ(Post("/tasks/start").Header("Location"), "/genesys/1/cs/services/" + id + "/tasks/0");
}

TEST_F(Parts, AreShownAsTheContractShowsThem) {
  Post("/states/start", R"({"state_type":"basket","est_duration":60,"session_id":"s","Note":"n"})");
  Post("/states/start", R"({"state_type":2,"previous_state_id":0})");
  Post("/tasks/start", R"({"task_type":"call","state_id":1,"media_type":"voice"})");
  const std::string at = R"("started":{"timestamp":"2026-01-01T00:00:00.000Z")";
  EXPECT_EQ(Get("/states/0"), R"({"service_id":")" + id +
                                  R"(","state_id":0,"state_type":"basket","est_duration":60,)" + at +
                                  R"(,"session_id":"s"}})");
  EXPECT_EQ(Get("/states/1"), R"({"service_id":")" + id +
                                  R"(","state_id":1,"state_type":2,"previous_state_id":0,)" + at + "}}");
  EXPECT_EQ(Get("/tasks/0"), R"({"service_id":")" + id + R"(","task_id":0,"task_type":"call","state_id":1,)" +
                                 at + R"(,"media_type":"voice"}})");
  EXPECT_TRUE(Has(Get("/states/0?extensions=Note"), R"("Note":"n")"));
}

TEST_F(Parts, AreCompletedWithADispositionShownInsideAndAtTheTop) {
  for (const char* kind : {"/states", "/tasks"}) {
    const std::string path = kind;
    Post(path + "/start");
    host.now += 1500;
    const char* end = R"({"disposition":"done","disposition_desc":"d","resource_id":7,"Score":[1.0]})";
    EXPECT_EQ(Post(path + "/0/end", end).status, 204);
    const std::string shown = Get(path + "/0?extensions=*");
    EXPECT_TRUE(
        Has(shown, R"("resource_id":7,"disposition":"done","disposition_desc":"d"},"disposition":"done")"));
    EXPECT_TRUE(Has(shown, R"("Score":[1.0])"));
    EXPECT_EQ(Get(path + "/active"), "[]");
    EXPECT_TRUE(Has(Get(path + "/completed"), "_id\":0"));
  }
}

TEST_F(Parts, CompletedTwiceAnswerAlikeToTheSameBodyOnly) {
  for (const char* kind : {"/states", "/tasks"}) {
    const std::string path = kind;
    Post(path + "/start");
    Post(path + "/0/end", R"({"disposition":1})");
    const std::string digest = host.engine.Digest();
    EXPECT_EQ(Post(path + "/0/end", R"({"disposition":1})").status, 204);
    EXPECT_EQ(Post(path + "/0/end", R"({"disposition":2})").status, 409);
    EXPECT_EQ(host.engine.Digest(), digest);
  }
}

TEST_F(Parts, SeveralMayBeActiveAtOnceAndOneEndLeavesTheOthers) {
  for (int i = 0; i < 3; ++i) Post("/tasks/start");
  Post("/tasks/1/end");
  const std::string active = Get("/tasks/active");
  EXPECT_TRUE(Has(active, R"("task_id":0)") && Has(active, R"("task_id":2)"));
  EXPECT_FALSE(Has(active, R"("task_id":1)"));
}

TEST_F(Parts, StandInAscendingStartTime) {
  Post("/states/start", R"({"timestamp":"2026-03-01T00:00:00Z"})");
  Post("/states/start", R"({"timestamp":"2026-01-01T00:00:00Z"})");
  Post("/states/start", R"({"timestamp":"2026-02-01T01:00:00+01:00"})");
  Post("/states/start", R"({"timestamp":"2026-02-01T00:00:00Z"})");
  const std::string all = Get("/states");
  const auto at = [&](int n) { return all.find("\"state_id\":" + std::to_string(n)); };
  EXPECT_TRUE(at(1) < at(2) && at(2) < at(3) && at(3) < at(0)) << all;
}

TEST_F(Parts, AreFilteredByTypeAndTasksByTheirState) {
  Post("/states/start", R"({"state_type":"a"})");
  Post("/states/start", R"({"state_type":7})");
  Post("/states/start");
  EXPECT_TRUE(Has(Get("/states?state_types=a"), R"("state_id":0)"));
  EXPECT_FALSE(Has(Get("/states?state_types=a"), R"("state_id":1)"));
  EXPECT_TRUE(Has(Get("/states/active?state_types=a,7"), R"("state_id":1)"));
  EXPECT_FALSE(Has(Get("/states?state_types=a&state_types=7"), R"("state_id":2)"));
  Post("/tasks/start", R"({"task_type":"t","state_id":0})");
  Post("/tasks/start", R"({"task_type":"t","state_id":1})");
  Post("/tasks/start", R"({"task_type":"u"})");
  EXPECT_FALSE(Has(Get("/tasks?task_types=t&state_id=1"), R"("task_id":0)"));
  EXPECT_TRUE(Has(Get("/tasks?task_types=t&state_id=1"), R"("task_id":1)"));
  EXPECT_EQ(Get("/tasks?state_id=2"), "[]");
  EXPECT_EQ(host.Call("GET", service + "/states?task_types=t").status, 400);
  EXPECT_EQ(host.Call("GET", service + "/tasks?state_types=t").status, 400);
}

TEST_F(Parts, ThatAreNotThereAreNotFound) {
  for (const char* path : {"/states/0", "/tasks/0", "/states/2147483647"}) {
    const Result result = host.Call("GET", service + path);
    EXPECT_EQ(result.status, 400) << path;
    EXPECT_TRUE(Has(result.body, "NotFoundException"));
    EXPECT_EQ(Post(std::string(path) + "/end").status, 400);
  }
  EXPECT_TRUE(Has(host.Call("GET", service + "/states/2147483648").body, "invalid_request"));
  EXPECT_TRUE(Has(host.Call("GET", service + "/states/-1").body, "invalid_request"));
  EXPECT_TRUE(Has(host.Call("GET", service + "/states/x").body, "invalid_request"));
  EXPECT_TRUE(
      Has(host.Call("POST", "services/none/states/start").body, "There are no service found for : none"));
}

TEST_F(Parts, OfAPreviousStateThatIsNotThereAreRefused) {
  EXPECT_EQ(Post("/states/start", R"({"previous_state_id":0})").status, 400);
  EXPECT_EQ(Post("/states/start", R"({"previous_state_id":"0"})").status, 400);
  EXPECT_EQ(Get("/states"), "[]");
}

TEST_F(Parts, AreAtMost1000OfEachKind) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(host.Execute("POST", service + "/states/start").status, 201);
    ASSERT_EQ(host.Execute("POST", service + "/tasks/start").status, 201);
  }
  host.Commit();
  const std::string digest = host.engine.Digest();
  EXPECT_EQ(Post("/states/start").status, 413);
  EXPECT_EQ(Post("/tasks/start").status, 413);
  EXPECT_EQ(Post("/states/transition", R"({"from":{"state_id":0},"to":{}})").status, 413);
  EXPECT_EQ(host.engine.Digest(), digest) << "the refused transition did not end its state either";
}

TEST_F(Parts, ATransitionEndsOneStateAndStartsTheNextInOneStep) {
  Post("/states/start", R"({"state_type":"basket"})");
  host.now += 1000;
  const Result moved = Post("/states/transition", R"({"session_id":"s","media_type":"web","Why":"x",
    "from":{"state_id":0,"disposition":"ok","disposition_desc":"d"},"to":{"state_type":"pay","est_duration":5}})");
  EXPECT_EQ(moved.status, 201);
  EXPECT_EQ(moved.body, R"({"state_id":1})");
  EXPECT_TRUE(Has(moved.Header("Location"), "/states/1"));
  const std::string left = Get("/states/0?extensions=*");
  const std::string entered = Get("/states/1?extensions=*");
  EXPECT_TRUE(Has(
      left, R"("completed":{"timestamp":"2026-01-01T00:00:01.000Z","session_id":"s","media_type":"web")"));
  EXPECT_TRUE(Has(left, R"("disposition":"ok")"));
  EXPECT_TRUE(Has(entered, R"("state_type":"pay","previous_state_id":0,"est_duration":5)"));
  EXPECT_TRUE(Has(
      entered, R"("started":{"timestamp":"2026-01-01T00:00:01.000Z","session_id":"s","media_type":"web"})"));
  EXPECT_TRUE(Has(left, R"("Why":"x")") && Has(entered, R"("Why":"x")")) << "common to both";
}

TEST_F(Parts, ATransitionThatIsRefusedChangesNothing) {
  Post("/states/start");
  Post("/states/start");
  Post("/states/1/end");
  const std::string digest = host.engine.Digest();
  for (const char* body :
       {R"({})", R"({"from":{"state_id":0}})", R"({"to":{}})", R"({"from":{},"to":{}})",
        R"({"from":{"state_id":5},"to":{}})", R"({"from":{"state_id":0},"to":{"est_duration":-1}})",
        R"({"from":{"state_id":0,"disposition":{}},"to":{}})", R"({"from":0,"to":{}})"}) {
    EXPECT_EQ(Post("/states/transition", body).status, 400) << body;
  }
  EXPECT_EQ(Post("/states/transition", R"({"from":{"state_id":1},"to":{}})").status, 409);
  EXPECT_EQ(host.engine.Digest(), digest);
}

TEST_F(Parts, NestInTheServiceOnRequestWithoutItsId) {
  Post("/states/start", R"({"state_type":"a"})");
  Post("/states/start", R"({"state_type":"b"})");
  Post("/states/0/end");
  Post("/tasks/start");
  const std::string plain = Get("");
  EXPECT_FALSE(Has(plain, "states") || Has(plain, "tasks"));
  const std::string nested =
      Get("?active_states=true&completed_states=true&active_tasks=true&completed_tasks=true");
  EXPECT_TRUE(Has(nested, R"("active_states":[{"state_id":1,)"));
  EXPECT_TRUE(Has(nested, R"("completed_states":[{"state_id":0,)"));
  EXPECT_TRUE(Has(nested, R"("active_tasks":[{"task_id":0,)"));
  EXPECT_TRUE(Has(nested, R"("completed_tasks":[])"));
  EXPECT_EQ(nested.find("service_id"), nested.rfind("service_id"));
  EXPECT_FALSE(Has(Get("?active_states=false&active_tasks=true"), "active_states"));
}

TEST_F(Parts, OfACompletedServiceMayStillStartAndEnd) {
  Post("/states/start");
  Post("/end");
  EXPECT_EQ(Post("/states/0/end").status, 204);
  EXPECT_EQ(Post("/states/start").status, 201);
  EXPECT_EQ(Post("/tasks/start").status, 201);
  EXPECT_EQ(Post("/tasks/0/end").status, 204);
}

}  // namespace
}  // namespace anon
