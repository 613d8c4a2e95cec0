// What comes back to the outbox, and the edges of a hand-over: receipts, rejections, limits, configured
// values (contract section 6).
#include <gtest/gtest.h>

#include "association/association.h"
#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

class Receipts : public testing::Test {
 protected:
  Receipts() { server.who = Remote("", "C-1"); }

  Result Associate(const std::string& customer, const std::string& ids) {
    return page.Call("POST", "local/associations",
                     R"({"customer_id":")" + customer + R"(","service_ids":[)" + ids + "]}");
  }
  Result Deliver() { return server.Call("POST", "associations", page.Call("GET", "local/outbox").body); }

  Host page;
  Host server;
  const std::string a = page.Begin(R"({"contact_key":"k"})");
  const std::string b = page.Begin(R"({"contact_key":"k"})");
  const std::string both = Quoted(a) + "," + Quoted(b);
};

TEST_F(Receipts, AreTakenOnlyWithAResultForEveryService) {
  const std::string id = Host::Field(Associate("C-1", both).body, "association_id");
  const std::string path = "local/associations/" + id + "/receipt";
  const auto one = [](const std::string& service, const char* result) {
    return R"({"service_id":")" + service + R"(","result":")" + result + "\"}";
  };
  const auto receipt = [&](const std::string& services) {
    return R"({"association_id":")" + id + R"(","services":[)" + services + "]}";
  };
  const std::string digest = page.engine.Digest();
  for (const std::string& bad :
       {std::string("{}"), std::string(""), receipt(""), receipt(one(a, "associated")),
        receipt(one(a, "associated") + "," + one("other", "associated")),
        receipt(one(a, "associated") + "," + one(b, "x")), receipt(one(a, "associated") + ",1"),
        std::string(R"({"association_id":"other","services":[]})")}) {
    EXPECT_EQ(page.Call("POST", path, bad).status, 400) << bad;
  }
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 200);
  const std::string good = receipt(one(b, "conflict") + "," + one(a, "already"));
  EXPECT_TRUE(Has(page.Call("POST", path, good).body, one(a, "already") + "," + one(b, "conflict")));
}

TEST_F(Receipts, WithOneServiceTwiceAndAnotherMissingAreNotTaken) {
  const std::string id = Host::Field(Associate("C-1", both).body, "association_id");
  const std::string twice = R"({"service_id":")" + a + R"(","result":"associated"})";
  const std::string body = R"({"association_id":")" + id + R"(","services":[)" + twice + "," + twice + "]}";
  EXPECT_EQ(page.Call("POST", "local/associations/" + id + "/receipt", body).status, 400);
}

TEST_F(Receipts, OnceTakenStayAsTheyAre) {
  const std::string id = Host::Field(Associate("C-1", both).body, "association_id");
  const Result receipt = Deliver();
  const std::string path = "local/associations/" + id;
  const std::string done = page.Call("POST", path + "/receipt", receipt.body).body;
  const std::string digest = page.engine.Digest();
  for (const char* step : {"/receipt", "/rejected", "/sent"}) {
    EXPECT_EQ(page.Call("POST", path + step, R"({"status":400})").body, done) << step;
  }
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_FALSE(Has(page.journal.rbegin()->second, "\"digest\":"))
      << "the envelope is dropped once acknowledged";
}

TEST_F(Receipts, OfARejectionKeepTheReasonAndLeaveTheOutbox) {
  const std::string id = Host::Field(Associate("C-1", both).body, "association_id");
  const std::string path = "local/associations/" + id;
  const char* reason = R"({"status":403,"code":"customer_mismatch","message":"m"})";
  EXPECT_EQ(page.Call("POST", path + "/rejected", "[]").status, 400);
  const std::string rejected = page.Call("POST", path + "/rejected", reason).body;
  EXPECT_TRUE(Has(rejected, R"("state":"rejected")") && Has(rejected, std::string(R"("error":)") + reason));
  page.Reopen();
  EXPECT_EQ(page.Call("GET", path).body, rejected);
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 204);
}

TEST_F(Receipts, OfAssociationsThatAreNotThereAreNotFound) {
  for (const char* step : {"", "/sent", "/receipt", "/rejected"}) {
    const Result result =
        page.Call(*step == '\0' ? "GET" : "POST", std::string("local/associations/none") + step, "{}");
    EXPECT_EQ(result.status, 400) << step;
    EXPECT_TRUE(Has(result.body, R"("code":"not_found")"));
  }
}

TEST_F(Receipts, OfWhatWasHandedOverBeforeAndSomethingNewAreForTheNewOnly) {
  Associate("C-1", Quoted(a));
  const Result second = Associate("C-1", both);
  EXPECT_EQ(second.status, 201);
  EXPECT_TRUE(Has(second.body, b));
  EXPECT_FALSE(Has(second.body, a));
}

TEST_F(Receipts, OfOneCustomerAreNeverGivenToAnother) {
  Associate("C-1", Quoted(a));
  page.Call("POST", "customers/C-2/services/" + a);
  page.Call("POST", "local/visit/end");
  const Result result = Associate("C-2", Quoted(a));
  EXPECT_FALSE(Has(result.body, "C-1")) << result.body;
  EXPECT_EQ(result.status, 201);
}

TEST_F(Receipts, AreGivenForAServiceOfTheLargestDepth) {
  const std::string deep = std::string(32, '[') + std::string(32, ']');
  ASSERT_EQ(page.Call("PUT", "services/" + a + "/extensions/Deep", deep).status, 200);
  page.Call("POST", "services/" + a + "/states/start");
  ASSERT_EQ(page.Call("PUT", "services/" + a + "/states/0/extensions/Deep", deep).status, 200);
  ASSERT_EQ(Associate("C-1", Quoted(a)).status, 201);
  EXPECT_EQ(Deliver().status, 200);
}

TEST_F(Receipts, OfMoreThanOneBodyCarriesAreGivenForEachPartAndShownAsOne) {
  const std::string filler = Quoted(std::string(200000, 'x'));
  for (const std::string& id : {a, b}) page.Call("PUT", "services/" + id + "/extensions/Filler", filler);
  const Result made = Associate("C-1", both);
  ASSERT_EQ(made.status, 201);
  const std::string id = Host::Field(made.body, "association_id");
  EXPECT_EQ(page.Call("GET", "local/associations").body, "[" + made.body + "]");
  for (const char* state : {"sent", "acknowledged"}) {
    const Result next = page.Call("GET", "local/outbox");
    const std::string path = "local/associations/" + next.Header("Association-Id");
    EXPECT_EQ(path.rfind("local/associations/" + id + ".", 0), 0U);
    page.Call("POST", path + "/sent", "{}");
    page.Call("POST", path + "/receipt", Deliver().body);
    EXPECT_EQ(Host::Field(page.Call("GET", "local/associations/" + id).body, "state"), state);
  }
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 204);
  EXPECT_TRUE(Has(page.Call("GET", "local/associations").body, Quoted(b) + R"(,"result":"associated"})"));
}

TEST_F(Receipts, ServicesThatAreLargerThanABodyAreNotHandedOver) {
  const std::string filler = Quoted(std::string(140000, 'x'));
  for (const char* name : {"A", "B"}) page.Call("PUT", "services/" + a + "/extensions/" + name, filler);
  const std::string digest = page.engine.Digest();
  const Result refused = Associate("C-1", both);
  EXPECT_EQ(refused.status, 413);
  EXPECT_TRUE(Has(refused.body, a));
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_EQ(Associate("C-1", Quoted(b)).status, 201);
}

constexpr const char* kLists = R"({"business_attributes":{"attributes":{"Media":["web"]},
  "mapping":{"Service.media_type":"Media"}}})";

TEST_F(Receipts, AreGivenWhereTheValuesOfServicesAreListedAndThoseOfStatesAreNot) {
  Host strict(kLists);
  strict.who = server.who;
  page.Call("POST", "services/" + a + "/states/start", R"({"media_type":"voice"})");
  Associate("C-1", Quoted(a));
  const Result result = strict.Call("POST", "associations", page.Call("GET", "local/outbox").body);
  EXPECT_EQ(result.status, 200) << result.body;
}

TEST_F(Receipts, AreRefusedForAServiceOfAValueThatTheServerDoesNotAccept) {
  Host strict(kLists);
  strict.who = server.who;
  const std::string voice = page.Begin(R"({"contact_key":"k","media_type":"voice"})");
  Associate("C-1", Quoted(voice));
  const Result result = strict.Call("POST", "associations", page.Call("GET", "local/outbox").body);
  EXPECT_EQ(result.status, 400);
  EXPECT_TRUE(Has(result.body, "web"));
  EXPECT_TRUE(strict.journal.empty());
}

TEST_F(Receipts, OfAnAutoCompletedServiceAreGivenToo) {
  const std::string id = page.Begin(R"({"contact_key":"k","auto_complete_after":60})");
  page.Call("POST", "services/" + id + "/tasks/start");
  page.now += 3600000;
  Associate("C-1", Quoted(id));
  server.now = page.now;
  EXPECT_EQ(Deliver().status, 200);
  const std::string list = server.Call("GET", "customers/C-1/services/completed?completed_tasks=true").body;
  EXPECT_TRUE(Has(list, R"("completed_tasks":[{"task_id":0)"));
  EXPECT_TRUE(Has(list, R"("completed":{"timestamp":"2026-01-01T00:01:00.000Z"})"));
}

TEST_F(Receipts, AreKeptByTenant) {
  const Headers north = {{"ContactCenterId", "north"}};
  Associate("C-1", Quoted(a));
  const std::string envelope = page.Call("GET", "local/outbox").body;
  EXPECT_EQ(server.Call("POST", "associations", envelope, north).status, 200);
  EXPECT_EQ(server.Call("GET", "customers/C-1/services").body, "[]");
  EXPECT_TRUE(Has(server.Call("GET", "customers/C-1/services", "", north).body, a));
}

TEST_F(Receipts, OfDeliveriesNeedACustomerOfTheCredentials) {
  Associate("C-1", Quoted(a));
  const std::string envelope = page.Call("GET", "local/outbox").body;
  for (const Headers& who : {Remote(""), Remote("visitor", "", a)}) {
    server.who = who;
    EXPECT_EQ(server.Call("POST", "associations", envelope).status, 401) << "whoever's session has ended";
  }
  server.who = Remote("reader writer");
  EXPECT_EQ(server.Call("POST", "associations", envelope).status, 403);
  EXPECT_TRUE(server.journal.empty());
}

}  // namespace
}  // namespace anon
