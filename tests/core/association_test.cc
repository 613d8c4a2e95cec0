// Handing anonymous services over at login: the page's outbox, the server's receipt, once and whole
// (contract section 6).
#include "association/association.h"

#include <gtest/gtest.h>

#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

// A page and a server, joined by nothing but what the test carries over.
class Hand : public testing::Test {
 protected:
  Hand() { server.who = Remote("", "C-1"); }

  std::string Start(std::string_view body = R"({"contact_key":"k"})") { return page.Begin(body); }

  static std::string Join(const std::string& customer, const std::vector<std::string>& ids) {
    std::string list;
    for (const std::string& id : ids) list += (list.empty() ? "" : ",") + Quoted(id);
    return R"({"customer_id":)" + Quoted(customer) + R"(,"service_ids":[)" + list + "]}";
  }
  Result Associate(const std::string& customer, const std::vector<std::string>& ids) {
    return page.Call("POST", "local/associations", Join(customer, ids));
  }
  Result Deliver(const std::string& envelope) { return server.Call("POST", "associations", envelope); }
  // Carries the oldest association over and the receipt back.
  Result Exchange() {
    const Result next = page.Call("GET", "local/outbox");
    const std::string path = "local/associations/" + next.Header("Association-Id");
    EXPECT_EQ(page.Call("POST", path + "/sent", "{}").status, 200);
    const Result receipt = Deliver(next.body);
    EXPECT_EQ(receipt.status, 200) << receipt.body;
    return page.Call("POST", path + "/receipt", receipt.body);
  }
  // An envelope around `services`, with the right digest.
  static std::string Envelope(const std::string& services, const std::string& customer = "C-1",
                              const std::string& id = "A-1") {
    anon::Envelope envelope;
    envelope.association_id = id;
    envelope.customer = customer;
    envelope.services = services;
    return EnvelopeText(envelope);
  }
  static std::string Bare(const std::string& id, const char* more = "") {
    return R"({"service_id":")" + id +
           R"(","contact_key":"k","started":{"timestamp":"2026-01-01T00:00:00.000Z"})" + more + "}";
  }

  Host page;
  Host server;
};

TEST_F(Hand, GoesFromPendingOverSentToAcknowledged) {
  const std::string id = Start();
  const Result made = Associate("C-1", {id});
  EXPECT_EQ(made.status, 201);
  const std::string association = Host::Field(made.body, "association_id");
  EXPECT_EQ(made.body, R"({"association_id":")" + association +
                           R"(","customer_id":"C-1","state":"pending","created":"2026-01-01T00:00:00.000Z",)"
                           R"("updated":"2026-01-01T00:00:00.000Z",)"
                           R"("services":[{"service_id":")" +
                           id + R"("}]})");
  const std::string path = "local/associations/" + association;
  EXPECT_EQ(page.Call("GET", "local/outbox").Header("Association-Id"), association);
  EXPECT_TRUE(Has(page.Call("POST", path + "/sent", "{}").body, R"("state":"sent")"));
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 200) << "sent is not received";
  const Result receipt = Deliver(page.Call("GET", "local/outbox").body);
  const std::string results = R"("services":[{"service_id":")" + id + R"(","result":"associated"}])";
  EXPECT_EQ(receipt.body,
            R"({"association_id":")" + association +
                R"(","customer_id":"C-1","state":"acknowledged","received":"2026-01-01T00:00:00.000Z",)" +
                results + "}");
  const Result done = page.Call("POST", path + "/receipt", receipt.body);
  EXPECT_TRUE(Has(done.body, R"("state":"acknowledged")") && Has(done.body, results));
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 204);
  EXPECT_EQ(page.Call("GET", path).body, done.body);
  EXPECT_EQ(page.Call("GET", "local/associations").body, "[" + done.body + "]");
}

TEST_F(Hand, MakesItTrueLocallyAtOnceInOneCommit) {
  const std::string first = Start();
  const std::string second = Start();
  const size_t files = page.journal.size();
  Associate("C-1", {first, second});
  EXPECT_EQ(page.journal.size(), files + 1);
  EXPECT_EQ(page.Call("GET", "services/anonymous/k").body, "[]");
  const std::string list = page.Call("GET", "customers/C-1/services").body;
  EXPECT_TRUE(Has(list, first) && Has(list, second));
}

TEST_F(Hand, CarriesStatesTasksAndExtensionsByteForByte) {
  const std::string id = Start(R"({"contact_key":"k","customer_id":"C-1","service_type":7,"est_duration":60,
    "session_id":"s\u00e9","media_type":"web","expiration_time":"2027-01-01T00:00:00Z","auto_complete_after":999999,
    "Cart":{"z":1.0,"a":9007199254740993, "n":[ ]},"Same":{"a":1,"a":2}})");
  const std::string service = "services/" + id;
  page.Call("POST", service + "/states/start", R"({"state_type":"a","Note":"\u00fc"})");
  page.Call("POST", service + "/states/transition",
            R"({"from":{"state_id":0,"disposition":1},"to":{"state_type":2}})");
  page.Call("POST", service + "/states/start", R"({"state_type":"c"})");
  page.Call("POST", service + "/states/1/end", R"({"disposition_desc":"d","resource_id":9})");
  page.Call("POST", service + "/tasks/start",
            R"({"task_type":"t","state_id":2,"Big":123456789012345678901})");
  page.Call("POST", service + "/tasks/start", R"({"timestamp":"2025-12-31T00:00:00Z"})");
  page.Call("POST", service + "/tasks/0/end", R"({"disposition":"x"})");
  page.Call("POST", service + "/end", R"({"disposition":"sold","Score":1e2})");
  const std::string whole =
      "?extensions=*,State.*,Task.*&active_states=true&completed_states=true&active_tasks=true&completed_"
      "tasks=true";
  const std::string before = page.Call("GET", service + whole).body;
  Associate("C-1", {id});
  EXPECT_TRUE(Has(Exchange().body, "acknowledged"));
  server.who = Remote("reader");
  EXPECT_EQ(server.Call("GET", service + whole).body, before);
  server.Reopen();
  EXPECT_EQ(server.Call("GET", service + whole).body, before);
  server.now = 1798761600000;  // 2027-01-01
  EXPECT_EQ(server.Call("GET", service).status, 400) << "the lifetime went along";
}

TEST_F(Hand, ToTheServerTwiceHasOneEffectAndByteEqualReceipts) {
  Associate("C-1", {Start(), Start()});
  const std::string envelope = page.Call("GET", "local/outbox").body;
  EXPECT_EQ(page.Call("GET", "local/outbox").body, envelope) << "the same bytes at every try";
  const Result once = Deliver(envelope);
  const std::string digest = server.engine.Digest();
  server.now += 86400000;
  server.Reopen();
  EXPECT_EQ(Deliver(envelope).body, once.body);
  EXPECT_EQ(server.engine.Digest(), digest);
  EXPECT_EQ(server.engine.service_count(), 2U);
}

TEST_F(Hand, TakesItsIdAsItsIdempotencyKeyAndNoOther) {
  Associate("C-1", {Start()});
  const Result next = page.Call("GET", "local/outbox");
  const Headers right = {{"Idempotency-Key", next.Header("Association-Id")}};
  EXPECT_EQ(server.Call("POST", "associations", next.body, {{"Idempotency-Key", "x"}}).status, 400);
  EXPECT_EQ(server.engine.service_count(), 0U);
  EXPECT_EQ(server.Call("POST", "associations", next.body, right).status, 200);
}

TEST_F(Hand, OfAnotherCustomersBodyIs403AndChangesNothing) {
  Associate("C-2", {Start()});
  const std::string envelope = page.Call("GET", "local/outbox").body;
  const Result refused = Deliver(envelope);
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(Has(refused.body, R"("code":"customer_mismatch")"));
  server.who = Remote("reader writer");
  EXPECT_EQ(Deliver(envelope).status, 403) << "a role is no customer";
  EXPECT_TRUE(server.journal.empty());
}

TEST_F(Hand, WithAnythingChangedOnTheWayIsRefusedWhole) {
  Associate("C-1", {Start(R"({"contact_key":"k","Cart":[1]})"), Start()});
  const std::string envelope = page.Call("GET", "local/outbox").body;
  const size_t services = envelope.find("\"services\":") + 11;
  for (size_t at = services; at < envelope.size() - 1; at += 7) {
    std::string tampered = envelope;
    tampered[at] = tampered[at] == '1' ? '2' : '1';
    EXPECT_EQ(Deliver(tampered).status, 400) << at;
  }
  std::string spaced = envelope;
  spaced.insert(services + 1, " ");
  EXPECT_TRUE(Has(Deliver(spaced).body, "digest"));
  EXPECT_TRUE(server.journal.empty());
}

TEST_F(Hand, OfOneBadServiceIsRefusedWhole) {
  const std::string good = Bare("S-1");
  for (const std::string& bad :
       {std::string("1"), std::string("{}"), Bare("S-1"), Bare(""), Bare("S-2", R"(,"active_states":{})"),
        Bare("S-2", R"(,"active_states":[{"state_id":1,"started":{"timestamp":"2026-01-01T00:00:00Z"}}])"),
        Bare(
            "S-2",
            R"(,"active_tasks":[{"task_id":0,"state_id":0,"started":{"timestamp":"2026-01-01T00:00:00Z"}}])"),
        Bare("S-2", R"(,"active_tasks":[{"task_id":0}])"), Bare("S-2", R"(,"completed":{})"),
        Bare("S-2", R"(,"ttl":1)"), Bare("S-2", R"(,"__proto__":1)"), Bare("S-2", R"(,"session_id":1)")}) {
    EXPECT_EQ(Deliver(Envelope("[" + good + "," + bad + "]")).status, 400) << bad;
  }
  for (const std::string& body : {std::string(""), std::string("{}"), Envelope("[]"), Envelope("{}"),
                                  Envelope("[" + good + "]", "C-1", ""), Envelope("[" + good + "]", "")}) {
    EXPECT_EQ(Deliver(body).status, 400) << body;
  }
  EXPECT_TRUE(server.journal.empty());
  EXPECT_EQ(Deliver(Envelope("[" + good + "]")).status, 200);
}

TEST_F(Hand, NeverTakesAServiceOfAnotherCustomer) {
  server.who = {{"Role", "local"}};
  const std::string theirs = server.Begin(R"({"customer_id":"C-2","contact_key":"k"})");
  const std::string mine = server.Begin(R"({"customer_id":"C-1"})");
  const std::string free = server.Begin(R"({"contact_key":"k"})");
  const std::string before = server.Call("GET", "services/" + theirs).body;
  server.who = Remote("", "C-1");
  const std::string services = "[" + Bare(theirs, R"(,"Cart":[1])") + "," + Bare(mine) + "," + Bare(free) +
                               "," + Bare("new") + "," + Bare("sealed", R"(,"customer_id":"C-2")") + "]";
  const Result receipt = Deliver(Envelope(services));
  const auto result = [](const std::string& id, const char* word) {
    return R"({"service_id":")" + id + R"(","result":")" + word + "\"}";
  };
  EXPECT_TRUE(Has(receipt.body, result(theirs, "conflict") + "," + result(mine, "already") + "," +
                                    result(free, "conflict") + "," + result("new", "associated") + "," +
                                    result("sealed", "conflict")));
  server.who = Remote("reader");
  EXPECT_EQ(server.Call("GET", "services/" + theirs).body, before);
  EXPECT_EQ(server.Call("GET", "services/sealed").status, 400);
}

TEST_F(Hand, TakesAnAnonymousServiceOfTheServersWithItsClaim) {
  server.who = Remote("visitor");
  const std::string id = server.Begin(R"({"contact_key":"k"})");
  server.who = Remote("", "C-1", id);
  EXPECT_TRUE(
      Has(Deliver(Envelope("[" + Bare(id, R"(,"Cart":[1])") + "]")).body, R"("result":"associated")"));
  EXPECT_TRUE(Has(server.Call("GET", "customers/C-1/services?extensions=*").body, R"("Cart":[1])"));
}

TEST_F(Hand, UnderAnIdUsedForOtherServicesIsAConflict) {
  EXPECT_EQ(Deliver(Envelope("[" + Bare("S-1") + "]")).status, 200);
  EXPECT_EQ(Deliver(Envelope("[" + Bare("S-2") + "]")).status, 409);
  server.who = Remote("", "C-2");
  EXPECT_EQ(Deliver(Envelope("[" + Bare("S-1") + "]", "C-2")).status, 409);
  EXPECT_EQ(server.engine.service_count(), 1U);
}

TEST_F(Hand, RefusesJunkCustomers) {
  const std::string id = Start();
  const std::string digest = page.engine.Digest();
  for (const char* junk : {"", " ", "null", "NULL", "undefined", "NaN", "[object Object]", "anonymous",
                           "Anonymous", "0", "true", "false", "none", " null ", "\t", "guest"}) {
    EXPECT_EQ(Associate(junk, {id}).status, 400) << junk;
    server.who = Remote("", "null");
    EXPECT_EQ(Deliver(Envelope("[" + Bare(id) + "]", junk)).status, 400) << junk;
  }
  for (const char* body :
       {"{}", R"({"customer_id":null,"service_ids":["x"]})", R"({"customer_id":42,"service_ids":["x"]})"}) {
    EXPECT_EQ(page.Call("POST", "local/associations", body).status, 400) << body;
  }
  EXPECT_EQ(page.Call("POST", "customers/null/services/" + id).status, 400);
  EXPECT_EQ(page.Call("POST", "customers/%5Bobject%20Object%5D/services/" + id).status, 400);
  EXPECT_EQ(page.engine.Digest(), digest);
}

TEST_F(Hand, OfAConflictOnThePageIsRefusedWhole) {
  const std::string free = Start();
  const std::string theirs = Start(R"({"customer_id":"C-2"})");
  const std::string digest = page.engine.Digest();
  const Result refused = Associate("C-1", {free, theirs});
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused.body, R"("code":"conflict")"));
  EXPECT_EQ(Associate("C-1", {free, "none"}).status, 400);
  EXPECT_EQ(Associate("C-1", {}).status, 400);
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_EQ(page.Call("GET", "local/outbox").status, 204);
}

TEST_F(Hand, OnThePageTwiceIsTheSameAssociation) {
  const std::string id = Start();
  const Result once = Associate("C-1", {id, id});
  const std::string digest = page.engine.Digest();
  page.now += 1000;
  const Result again = Associate("C-1", {id});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, once.body);
  EXPECT_EQ(page.engine.Digest(), digest);
}

TEST_F(Hand, StaysInTheOutboxInOrderOverAReopening) {
  const std::string first = Host::Field(Associate("C-1", {Start()}).body, "association_id");
  page.now -= 5000;  // the order is that of the commits, not of the clock
  const std::string second = Host::Field(Associate("C-1", {Start()}).body, "association_id");
  const std::string envelope = page.Call("GET", "local/outbox").body;
  page.Reopen();
  EXPECT_EQ(page.Call("GET", "local/outbox").body, envelope);
  EXPECT_EQ(page.Call("GET", "local/outbox").Header("Association-Id"), first);
  Exchange();
  page.Reopen();
  EXPECT_EQ(page.Call("GET", "local/outbox").Header("Association-Id"), second);
  page.Checkpoint();
  page.Reopen();
  EXPECT_EQ(page.Call("GET", "local/outbox").Header("Association-Id"), second);
}

}  // namespace
}  // namespace anon
