// One browser, two people, and their services never mix (contract section 6, rule 7).
#include <gtest/gtest.h>

#include "hand_over.h"

namespace anon {
namespace {

class Visits : public HandOverTest {
 protected:
  std::string Visit() { return page.Call("GET", "local/visit").body; }
};

TEST_F(Visits, CountFromZeroAndBelongToNobodyUntilSomebodySignsIn) {
  EXPECT_EQ(Visit(), R"({"visit":0})");
  SignOut();
  EXPECT_EQ(Visit(), R"({"visit":0})") << "nothing was in it";
  SignIn("A");
  EXPECT_EQ(Visit(), R"({"visit":0,"customer_id":"A"})");
  SignIn("A");
  EXPECT_EQ(Visit(), R"({"visit":0,"customer_id":"A"})");
  SignIn("B");
  EXPECT_EQ(Visit(), R"({"visit":1,"customer_id":"B"})") << "somebody else's is another visit";
  SignOut();
  EXPECT_EQ(Visit(), R"({"visit":2})");
  page.Begin(R"({"contact_key":"k"})");
  SignOut();
  EXPECT_EQ(Visit(), R"({"visit":3})");
  SignOut();
  EXPECT_EQ(Visit(), R"({"visit":3})") << "nothing was in this one";
  page.Reopen();
  EXPECT_EQ(Visit(), R"({"visit":3})");
  page.Checkpoint();
  SignOut();
  EXPECT_EQ(Visit(), R"({"visit":3})") << "nothing was in this one";
  page.Reopen();
  EXPECT_EQ(Visit(), R"({"visit":3})");
}

TEST_F(Visits, OfManyStayInOrder) {
  for (int i = 0; i < 12; ++i) SignIn(i % 2 == 0 ? "A" : "B");
  EXPECT_EQ(Visit(), R"({"visit":11,"customer_id":"B"})");
}

TEST_F(Visits, NeedACustomerToSignIn) {
  for (const char* body :
       {"{}", "[]", R"({"customer_id":1})", R"({"customer_id":"null"})", R"({"id":"A"})"}) {
    EXPECT_EQ(page.Call("POST", "local/visit", body).status, 400) << body;
  }
  EXPECT_EQ(Visit(), R"({"visit":0})");
}

TEST_F(Visits, AreThePagesOwn) {
  for (const char* path : {"local/visit", "local/visit/end", "local/reset", "local/plan"}) {
    EXPECT_EQ(server.Call("POST", path, Of("A")).status, 404) << path;
  }
}

TEST_F(Visits, SealWhatACustomerLeaves) {
  const std::string given = page.Begin(R"({"contact_key":"k","service_type":"T"})");
  const std::string association = Host::Field(Associate("A", Ids({given})).body, "association_id");
  const std::string left = page.Begin(R"({"contact_key":"k","service_type":"T"})");
  const Headers key = {{"Idempotency-Key", "i"}};
  const std::string once =
      Host::Field(page.Call("POST", "services/start", R"({"contact_key":"k"})", key).body, "service_id");
  SignOut();
  for (const char* who : {"", "B"}) {
    if (*who != '\0') SignIn(who);
    EXPECT_EQ(page.Call("GET", "services/anonymous/k").body, "[]");
    EXPECT_EQ(page.Call("GET", "customers/A/services").body, "[]");
    EXPECT_EQ(page.Call("GET", "local/associations").body, "[]");
    EXPECT_EQ(page.Call("GET", "maintenance/services/stream?time_from=2020-01-01T00:00:00Z").body, "[]");
    EXPECT_EQ(Next().status, 204);
    for (const std::string& id : {given, left}) {
      EXPECT_EQ(page.Call("GET", "services/" + id).status, 400);
      EXPECT_EQ(page.Call("POST", "services/" + id + "/end").status, 400);
      EXPECT_EQ(page.Call("DELETE", "services/" + id).status, 400);
      EXPECT_EQ(page.Call("POST", "customers/B/services/" + id).status, 400);
    }
    EXPECT_EQ(Receipt(association).find(given), std::string::npos);
    for (const char* step : {"sent", "undo", "retry", "split"})
      EXPECT_EQ(At(association, step).status, 400) << step;
    const std::string plan = Plan("B", Ids({given, left}) + Ids({"k"}, "contact_keys")).body;
    EXPECT_EQ(Listed(plan, "conflicts"), "[{\"service_id\":" + Quoted(given) +
                                             R"(,"reason":"sealed"},{"service_id":)" + Quoted(left) +
                                             R"(,"reason":"sealed"}])");
    for (const char* list : {"attach", "already", "unverified", "expired"})
      EXPECT_EQ(Listed(plan, list), "[]") << list;
    for (const char* policy : {"reject", "reassign"}) {
      EXPECT_EQ(Associate("B", Ids({left}) + R"(,"confirm":true,"on_conflict":")" + policy + "\"").status,
                409);
    }
    EXPECT_EQ(Associate("B", Ids({left}) + R"(,"confirm":true,"on_conflict":"keep")").status, 204);
    page.Call("POST", "maintenance/purge",
              R"({"limit":"2027-01-01T00:00:00Z","operation":"purge.service.all"})");
  }
  const std::string found = page.Call("POST", "services_composite/start",
                                      R"({"services":[{"service":{"contact_key":"k","service_type":"T"}}]})")
                                .body;
  EXPECT_TRUE(Has(found, R"("service_created":true)"));
  EXPECT_NE(
      Host::Field(page.Call("POST", "services/start", R"({"contact_key":"k"})", key).body, "service_id"),
      once);
  SignOut();
  SignIn("A");
  const std::string again = page.Call("GET", "services/anonymous/k").body;
  EXPECT_TRUE(Has(again, left) && Has(again, once));
  EXPECT_TRUE(Has(page.Call("GET", "customers/A/services").body, given));
  EXPECT_EQ(Next().Header("Association-Id"), association);
  EXPECT_EQ(State(association), "pending");
}

TEST_F(Visits, ThatWereNobodysSealNothing) {
  const std::string left = page.Begin(R"({"contact_key":"k"})");
  SignOut();
  SignIn("B");
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k").body, left));
  EXPECT_TRUE(Has(Listed(Plan("B", Ids({left})).body, "unverified"), left));
}

TEST_F(Visits, OfOneCustomerAreNotHandedToAnother) {
  page.Begin(R"({"contact_key":"k"})");
  SignIn("A");
  const std::string digest = page.engine.Digest();
  const Result refused = Associate("B");
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused.body, "signing out"));
  EXPECT_EQ(Plan("B").body, refused.body);
  EXPECT_EQ(page.engine.Digest(), digest);
}

TEST_F(Visits, LetAnAnswerThatComesLateBeRecorded) {
  page.Begin(R"({"contact_key":"k"})");
  const std::string id = HandOver();
  const std::string answer = Deliver(Send()).body;
  SignOut();
  EXPECT_EQ(At(id, "receipt", answer).status, 200);
  SignIn("A");
  EXPECT_EQ(State(id), "acknowledged");
}

TEST_F(Visits, KeepWhatACustomerAddedToAServiceThatTheServerLeftWithSomebodyElse) {
  const std::string id = page.Begin(R"({"contact_key":"k"})");
  SignOut();
  SignIn("B");
  const std::string association =
      Host::Field(Associate("B", Ids({id}) + R"(,"confirm":true)").body, "association_id");
  Send();
  EXPECT_EQ(page.Call("PUT", "services/" + id + "/extensions/Address", R"("B's home")").status, 200);
  SignOut();
  const std::string answer =
      R"({"association_id":")" + association + R"(","services":[)" + With(id, "conflict") + "]}";
  EXPECT_EQ(At(association, "receipt", answer).status, 200);
  for (const char* customer : {"", "C"}) {
    if (*customer != '\0') SignIn(customer);
    EXPECT_EQ(page.Call("GET", "services/anonymous/k").body, "[]");
    EXPECT_EQ(page.Call("GET", "services/" + id).status, 400);
  }
  EXPECT_EQ(Associate("C", Ids({id}) + R"(,"confirm":true)").status, 409);
  SignOut();
  SignIn("B");
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k?extensions=*").body, R"("Address":"B's home")"));
  EXPECT_TRUE(Has(Listed(Plan("B", Ids({id})).body, "unverified"), id));
}

TEST_F(Visits, AfterAResetHoldNothingButWhatIsNotDelivered) {
  page.Begin(R"({"contact_key":"k"})");
  const std::string delivered = HandOver();
  Exchange();
  page.Begin(R"({"contact_key":"k"})");
  const std::string rejected = HandOver();
  Send();
  At(rejected, "rejected", R"({"status":409,"code":"conflict","message":"m"})");
  page.Begin(R"({"contact_key":"k"})");
  const std::string undone = HandOver();
  At(undone, "undo");
  page.Begin(R"({"contact_key":"k"})");
  const std::string pending = HandOver();
  EXPECT_EQ(page.Call("POST", "local/reset", "{}").body, R"({"visit":1})");
  EXPECT_EQ(page.engine.service_count(), 0U);
  EXPECT_EQ(page.Call("GET", "local/associations").body, "[]");
  SignIn("A");
  const std::string receipts = page.Call("GET", "local/associations").body;
  EXPECT_TRUE(Has(receipts, rejected) && Has(receipts, pending));
  EXPECT_FALSE(Has(receipts, delivered) || Has(receipts, undone));
  EXPECT_TRUE(Has(Exchange(), R"("result":"associated")"));
  Host empty;
  EXPECT_EQ(empty.Call("POST", "local/reset", "{}").body, R"({"visit":1})");
}

TEST_F(Visits, AreToldOfWithTheReceiptsOfTheirCustomer) {
  (void)page.engine.TakeChanges();
  SignIn("A");
  EXPECT_TRUE(
      Has(page.engine.TakeChanges(), R"({"":{"receipts":[],"visit":{"visit":0,"customer_id":"A"}}})"));
  page.Begin(R"({"contact_key":"k"})");
  const std::string id = HandOver();
  EXPECT_TRUE(Has(page.engine.TakeChanges(), R"("receipts":[{"association_id":)" + Quoted(id)));
  const std::string answer = Deliver(Send()).body;
  EXPECT_TRUE(Has(page.engine.TakeChanges(), R"("state":"sent")"));
  SignOut();
  At(id, "receipt", answer);
  const std::string told = page.engine.TakeChanges();
  EXPECT_TRUE(Has(told, R"("association_ids":[)" + Quoted(id)));
  EXPECT_TRUE(Has(told, R"("receipts":[],"visit":{"visit":1}})"));
}

TEST_F(Visits, OfTwoTenantsAreToldOfApart) {
  page.Call("POST", "local/visit", Of("A"), {{"ContactCenterId", "north"}});
  page.Call("POST", "local/visit", Of("B"), {{"ContactCenterId", "south"}});
  const std::string told = page.engine.TakeChanges();
  EXPECT_TRUE(
      Has(told, R"("north":{"receipts":[],"visit":{"visit":0,"customer_id":"A"}},"south":{"receipts":[],)"));
}

}  // namespace
}  // namespace anon
