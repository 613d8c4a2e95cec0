// The outbox: order, parts, tries, and what a plain Context Services server is told.
#include <gtest/gtest.h>

#include "association/association.h"
#include "hand_over.h"

namespace anon {
namespace {

class Outbox : public HandOverTest {
 protected:
  std::string Begin(const char* more = "") {
    page.now += 1;  // later ones stand behind
    return page.Begin(R"({"contact_key":"k")" + std::string(more) + "}");
  }
};

TEST_F(Outbox, IsInTheOrderOfTheAssociationsAlsoInParts) {
  const std::string a = Begin(), b = Begin(), c = Begin();
  const std::string first = HandOver();
  const std::string d = Begin();
  const std::string second = HandOver();
  EXPECT_EQ(At(first, "split").status, 204);
  EXPECT_EQ(Next().Header("Association-Id"), first + ".0");
  EXPECT_EQ(State(first), "pending");
  EXPECT_EQ(At(first, "split").status, 409) << "its parts are";
  const std::string one = Exchange();
  EXPECT_TRUE(Has(one, With(a, "associated")));
  EXPECT_FALSE(Has(one, b));
  EXPECT_EQ(At(first + ".1", "split").status, 204);
  EXPECT_EQ(Next().Header("Association-Id"), first + ".1.0");
  EXPECT_EQ(At(first + ".1.0", "split").status, 413);
  Exchange();
  EXPECT_EQ(State(first), "sent");
  Exchange();
  EXPECT_EQ(State(first), "acknowledged");
  EXPECT_TRUE(
      Has(Receipt(first), With(a, "associated") + "," + With(b, "associated") + "," + With(c, "associated")));
  EXPECT_EQ(Next().Header("Association-Id"), second);
  EXPECT_TRUE(Has(Exchange(), With(d, "associated")));
  EXPECT_EQ(At("none", "split").status, 400);
}

TEST_F(Outbox, PartsOfWhatWasSentAsAWholeHaveOneEffect) {
  const std::string a = Begin(), b = Begin();
  const std::string id = HandOver();
  const std::string whole = Send();
  Deliver(whole);
  At(id, "split");
  Exchange();
  Exchange();
  EXPECT_TRUE(Has(Receipt(id), With(a, "already") + "," + With(b, "already")));
  EXPECT_EQ(server.engine.service_count(), 2U);
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(a, "undone") + "," + With(b, "undone")));
}

TEST_F(Outbox, ARejectedPartRejectsTheWholeOnceTheOthersAreThroughAndIsTriedAgainAlone) {
  const std::string a = Begin(), b = Begin();
  const std::string id = HandOver();
  At(id, "split");
  Send();
  const char* reason = R"({"status":409,"code":"conflict","message":"m"})";
  At(id + ".0", "rejected", reason);
  EXPECT_EQ(State(id), "sent");
  EXPECT_EQ(At(id, "retry").status, 409);
  Exchange();
  EXPECT_EQ(State(id), "rejected");
  EXPECT_TRUE(Has(Receipt(id), std::string(R"("error":)") + reason));
  EXPECT_TRUE(Has(Receipt(id), "{\"service_id\":" + Quoted(a) + "}," + With(b, "associated")));
  EXPECT_EQ(At(id + ".0", "retry").status, 409);
  EXPECT_EQ(At(id, "retry").status, 200);
  EXPECT_EQ(State(id), "pending");
  EXPECT_FALSE(Has(Receipt(id), "\"error\""));
  EXPECT_EQ(Next().Header("Association-Id"), id + ".0");
  Exchange();
  EXPECT_EQ(State(id), "acknowledged");
}

TEST_F(Outbox, ARejectedOneIsSentAgainAsItWas) {
  const std::string a = Begin();
  const std::string id = HandOver();
  const std::string envelope = Send();
  At(id, "rejected", R"({"status":422,"code":"x","message":"m"})");
  EXPECT_EQ(Next().status, 204);
  EXPECT_EQ(Host::Field(At(id, "retry").body, "state"), "pending");
  EXPECT_EQ(Next().body, envelope);
  EXPECT_EQ(Host::Field(At(id, "sent").body, "state"), "sent");
  Exchange();
  EXPECT_TRUE(Has(Receipt(id), With(a, "associated")));
}

TEST_F(Outbox, WhatTheServerLeavesWithSomebodyElseIsNotHandedOverHereEither) {
  const std::string a = Begin();
  server.who = Remote("", "B");
  anon::Envelope theirs;
  theirs.association_id = "x";
  theirs.customer = "B";
  const std::string list = "[{\"service_id\":" + Quoted(a) +
                           R"(,"contact_key":"k","started":{"timestamp":"2026-01-01T00:00:00.000Z"}}])";
  theirs.services = list;
  Deliver(EnvelopeText(theirs));
  server.who = Remote("", "A");
  const std::string id = HandOver();
  Exchange();
  EXPECT_TRUE(Has(Receipt(id), With(a, "conflict")));
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k").body, a));
}

TEST_F(Outbox, AnAnswerThatOneOfItsPartsWasUndoneUndoesTheWhole) {
  const std::string a = Begin(), b = Begin();
  const std::string id = HandOver();
  At(id, "split");
  Send();
  const std::string undone = R"({"association_id":")" + id + R"(.0","state":"undone","services":[]})";
  EXPECT_EQ(Host::Field(At(id + ".0", "receipt", undone).body, "state"), "undone");
  EXPECT_EQ(Next().status, 204);
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k").body, b));
}

TEST_F(Outbox, CanBeCutIntoSlicesThatHaveTheSameEffect) {
  const std::string filler = R"(,"F":")" + std::string(700, 'x') + "\"";
  const std::string a = Begin(filler.c_str()), b = Begin(filler.c_str()), c = Begin(filler.c_str());
  const std::string id = HandOver();
  const std::string whole = Send();
  const Result slices = page.Call("GET", "local/associations/" + id + "/slices?bytes=2000");
  ASSERT_EQ(slices.status, 200);
  const auto list = Elements(slices.body);
  ASSERT_EQ(list.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    const auto members = Members(list[i]).list();
    EXPECT_EQ(AsString(members[0].value), id + ".s" + std::to_string(i));
    EXPECT_EQ(Deliver(*AsString(members[1].value)).status, 200);
  }
  EXPECT_TRUE(
      Has(Deliver(whole).body, With(a, "already") + "," + With(b, "already") + "," + With(c, "already")));
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(c, "undone")));
  EXPECT_EQ(page.Call("GET", "local/associations/" + id + "/slices").body, "[]");
  for (const char* query : {"?bytes=1", "?colour=1"}) {
    EXPECT_EQ(page.Call("GET", "local/associations/" + id + "/slices" + query).status, 400) << query;
  }
  EXPECT_EQ(page.Call("GET", "local/associations/none/slices").status, 400);
}

TEST_F(Outbox, AnswersToPartsOfWhatIsNotThereAreNotFound) {
  Begin();
  Begin();
  const std::string id = HandOver();
  At(id, "split");
  Send();
  const std::string answer = Deliver(Next().body).body;
  LoseAssociation(id);
  EXPECT_EQ(At(id + ".1", "sent").status, 200);
  EXPECT_EQ(At(id + ".0", "receipt", answer).status, 400);
  EXPECT_EQ(At(id + ".0", "rejected", R"({"status":400})").status, 400);
}

TEST_F(Outbox, IsToldToAPlainServerAsCallsWithTheirBytes) {
  const std::string id = Begin(
      R"(,"service_type":7,"est_duration":60,"media_type":"web","ttl":99,"Cart":{"z":1.0,"n":9007199254740993})");
  const std::string service = "services/" + id;
  page.Call("POST", service + "/states/start", R"({"state_type":"a","Note":[ 1.0 ]})");
  page.Call("POST", service + "/states/transition",
            R"({"from":{"state_id":0,"disposition":"d"},"to":{"state_type":"b"}})");
  page.Call("POST", service + "/tasks/start", R"({"task_type":"t","state_id":1})");
  page.Call("POST", service + "/end", R"({"disposition":1,"disposition_desc":"done","resource_id":"r"})");
  const std::string association = HandOver();
  const std::string at = R"("timestamp":"2026-01-01T00:00:00.001Z")";
  EXPECT_EQ(
      page.Call("GET", "local/associations/" + association + "/calls").body,
      R"([{"service_id":)" + Quoted(id) + R"(,"start":)" +
          Quoted(R"({"customer_id":"A","contact_key":"k","service_type":7,"est_duration":60,)" + at +
                 R"(,"expiration_time":"2026-01-01T00:01:39.001Z","media_type":"web","AnonymousService":)" +
                 Quoted(id) + R"(,"Cart":{"z":1.0,"n":9007199254740993}})") +
          R"(,"states":[{"start":)" + Quoted(R"({"state_type":"a",)" + at + R"(,"Note":[ 1.0 ]})") +
          R"(,"end":)" + Quoted("{" + at + R"(,"disposition":"d"})") + R"(},{"start":)" +
          Quoted(R"({"state_type":"b","previous_state_id":0,)" + at + "}") + R"(}],"tasks":[{"start":)" +
          Quoted(R"({"task_type":"t","state_id":1,)" + at + "}") + R"(}],"end":)" +
          Quoted("{" + at + R"(,"resource_id":"r","disposition":1,"disposition_desc":"done"})") + "}]");
  EXPECT_EQ(page.Call("GET", "local/associations/none/calls").status, 400);
  EXPECT_EQ(At("none", "progress").status, 400);
  EXPECT_EQ(At(association, "progress", "[]").status, 400);
  EXPECT_EQ(At(association, "progress", R"({"x":{"done":true}})").status, 204);
  page.Reopen();
  EXPECT_EQ(Next().Header("Progress"), PercentEncode(R"({"x":{"done":true}})"));
  Send();
  const std::string receipt = R"({"association_id":")" + association + R"(","services":[{"service_id":)" +
                              Quoted(id) + R"(,"result":"associated","server_service_id":"77"}]})";
  EXPECT_TRUE(
      Has(At(association, "receipt", receipt).body, R"("result":"associated","server_service_id":"77"})"));
  EXPECT_EQ(page.Call("GET", "local/associations/" + association + "/calls").status, 409);
  EXPECT_EQ(At(association, "progress").status, 409);
}

TEST_F(Outbox, IsNotTakenByAServerThatHasNoSuchOperation) {
  Host plain(R"({"associations":false})");
  plain.who = server.who;
  Begin();
  HandOver();
  EXPECT_EQ(plain.Call("POST", "associations", Next().body).status, 404);
  Engine engine;
  EXPECT_TRUE(engine.Configure(R"({"associations":1})"));
  EXPECT_TRUE(engine.Configure(R"({"undo_window":-1})"));
  EXPECT_FALSE(engine.Configure(R"({"undo_window":60,"associations":true})"));
}

TEST_F(Outbox, WithAnyByteChangedIsRefusedOrTheSame) {
  const std::string a = Begin(R"(,"Cart":[1])");
  const std::string id = HandOver();
  Send();
  At(id, "undo");
  const std::string undo = Next().body;
  At(id, "undo");
  const std::string again = HandOver();
  Exchange();  // the undo
  for (const std::string& envelope : {undo, Next().body}) {
    for (size_t at = 0; at < envelope.size(); ++at) {
      for (const char flip : {'\x01', '\x20'}) {
        std::string tampered = envelope;
        tampered[at] = static_cast<char>(tampered[at] ^ flip);
        Host fresh;
        fresh.who = server.who;
        const Result result = fresh.Call("POST", "associations", tampered);
        if (result.status != 200) {
          EXPECT_TRUE(fresh.journal.empty()) << tampered;
          continue;
        }
        // White space and the like: what it says is the same.
        Host plain;
        plain.who = server.who;
        EXPECT_EQ(result.body, plain.Call("POST", "associations", envelope).body) << tampered;
      }
    }
  }
  EXPECT_NE(again, id);
}

}  // namespace
}  // namespace anon
