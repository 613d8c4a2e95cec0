// Undoing: withdrawn before it was sent, compensated after; nothing is destroyed, and what arrives late has
// no effect (contract section 6, rule 5).
#include <gtest/gtest.h>

#include "association/association.h"
#include "hand_over.h"

namespace anon {
namespace {

class Undoing : public HandOverTest {
 protected:
  const std::string a = page.Begin(R"({"contact_key":"k","auto_complete_after":99999,"Cart":[1]})");
  const std::string b = page.Begin(R"({"customer_id":"A"})");

  std::string Services(Host& host) {
    std::string all;
    for (const std::string& id : {a, b}) {
      all += host.Call("GET", "services/" + id + "?extensions=*&active_states=true", "", {{"Role", "reader"}})
                 .body;
    }
    return all;
  }
};

TEST_F(Undoing, WhatWasNeverSentIsWithdrawnAndEverythingIsAsItWas) {
  SignIn("A");
  const std::string digest = page.engine.Digest();
  page.now += 5000;
  const std::string id = HandOver();
  const Result undone = At(id, "undo");
  EXPECT_EQ(undone.status, 200);
  EXPECT_TRUE(Has(undone.body, R"("state":"undone")"));
  EXPECT_FALSE(Has(undone.body, "undone_by"));
  EXPECT_EQ(Next().status, 204);
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k").body, a));
  EXPECT_EQ(At(id, "undo").body, undone.body) << "once is enough";
  // But for the receipt.
  LoseAssociation(id);
  EXPECT_EQ(page.engine.Digest(), digest);
}

TEST_F(Undoing, KeepsWhatHasChangedSince) {
  const std::string id = HandOver();
  page.now += 5000;
  page.Call("POST", "services/" + a + "/states/start", R"({"state_type":"later"})");
  At(id, "undo");
  const std::string now = page.Call("GET", "services/anonymous/k?active_states=true&extensions=*").body;
  EXPECT_TRUE(Has(now, "later") && Has(now, R"("Cart":[1])"));
}

TEST_F(Undoing, WhatMayHaveArrivedIsUndoneThereByAnAssociationOfItsOwn) {
  const std::string id = HandOver();
  const std::string envelope = Send();
  const std::string receipt = Deliver(envelope).body;
  const Result undone = At(id, "undo");
  const std::string by = Host::Field(undone.body, "undone_by");
  EXPECT_TRUE(Has(
      Receipt(by),
      R"("state":"pending","created":"2026-01-01T00:00:00.000Z","updated":"2026-01-01T00:00:00.000Z","undoes":)" +
          Quoted(id)));
  EXPECT_EQ(Next().Header("Association-Id"), by);
  const std::string answer = Exchange();
  EXPECT_TRUE(Has(answer, With(a, "undone") + "," + With(b, "already")));
  EXPECT_TRUE(Has(Receipt(by), With(a, "undone"))) << Receipt(by);
  server.who = Remote("reader");
  EXPECT_TRUE(Has(server.Call("GET", "services/anonymous/k").body, a)) << "it is there, and nobody's";
  EXPECT_TRUE(Has(server.Call("GET", "customers/A/services").body, b)) << "it was this customer's before";
  server.who = Remote("", "A");
  // What was on its way all the time.
  const std::string digest = server.engine.Digest();
  const Result late = Deliver(envelope);
  EXPECT_TRUE(Has(late.body, R"("state":"undone")"));
  EXPECT_EQ(server.engine.Digest(), digest);
  EXPECT_EQ(At(id, "receipt", receipt).body, Receipt(id)) << "it stays undone here";
  EXPECT_EQ(At(by, "undo").status, 409);
}

TEST_F(Undoing, OvertakesWhatItUndoes) {
  const std::string id = HandOver();
  const std::string envelope = Send();
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(a, "already") + "," + With(b, "already")));
  const Result late = Deliver(envelope);
  EXPECT_EQ(late.status, 200);
  EXPECT_TRUE(Has(late.body, R"("state":"undone")"));
  EXPECT_EQ(server.Call("GET", "customers/A/services").body, "[]");
  EXPECT_EQ(server.engine.service_count(), 0U);
}

TEST_F(Undoing, AnAnswerThatItWasUndoneEndsItHereToo) {
  const std::string id = HandOver();
  const std::string envelope = Send();
  Host other = Twin(page);  // it knows nothing of the undo
  At(id, "undo");
  Exchange();
  const std::string late = Deliver(envelope).body;
  EXPECT_TRUE(
      Has(other.Call("POST", "local/associations/" + id + "/receipt", late).body, R"("state":"undone")"));
  EXPECT_TRUE(Has(other.Call("GET", "services/anonymous/k").body, a));
  EXPECT_EQ(other.Call("GET", "local/outbox").status, 204);
}

TEST_F(Undoing, IsDeliveredOnceHoweverOftenItArrives) {
  const std::string id = HandOver();
  Exchange();
  At(id, "undo");
  const std::string envelope = Send();
  const std::string first = Deliver(envelope).body;
  const std::string digest = server.engine.Digest();
  EXPECT_EQ(Deliver(envelope).body, first);
  EXPECT_EQ(server.engine.Digest(), digest);
}

TEST_F(Undoing, LetsTheSameServicesBeHandedOverAgainWithWhatIsNew) {
  page.Call("POST", "services/" + a + "/states/start", R"({"state_type":"x"})");
  const std::string id = HandOver();
  Exchange();
  At(id, "undo");
  Exchange();
  page.Call("POST", "services/" + a + "/states/start", R"({"state_type":"y"})");
  page.Call("POST", "services/" + a + "/states/0/end", R"({"disposition":"done"})");
  page.Call("POST", "services/" + a + "/tasks/start", R"({"task_type":"z"})");
  const Headers writer = {{"Role", "writer"}};
  const Result theirs =
      server.Call("POST", "services/" + a + "/states/start", R"({"state_type":"theirs"})", writer);
  EXPECT_EQ(theirs.status, 201) << theirs.body;
  HandOver();
  EXPECT_TRUE(Has(Next().body, R"("follows":[)" + Quoted(id) + "]"));
  EXPECT_TRUE(Has(Exchange(), With(a, "associated")));
  const std::string there =
      server.Call("GET", "services/" + a + "?active_states=true&active_tasks=true&extensions=*").body;
  EXPECT_TRUE(Has(there, R"("state_type":"theirs")")) << "what somebody else did there stays: " << there;
  EXPECT_FALSE(Has(there, R"("state_type":"y")"));
  EXPECT_TRUE(Has(there, R"("task_type":"z")"));
  EXPECT_TRUE(Has(server.Call("GET", "services/" + a + "/states/0").body, R"("disposition":"done")"));
  EXPECT_TRUE(Has(there, R"("customer_id":"A")"));
}

TEST_F(Undoing, LeavesWhatWasUndoneToWhoeverDidIt) {
  const std::string id = HandOver();
  Exchange();
  At(id, "undo");
  Exchange();
  Host stranger;
  const std::string other = stranger.Begin(R"({"contact_key":"k"})");
  stranger.Call("POST", "local/associations", Of("B"));
  std::string envelope = stranger.Call("GET", "local/outbox").body;
  // Somebody who knows the service's id, but not the association that had brought it.
  anon::Envelope forged;
  ASSERT_FALSE(ReadEnvelope(envelope, &forged));
  std::string services(forged.services);
  services.replace(services.find(other), other.size(), a);
  forged.services = services;
  server.who = Remote("", "B");
  EXPECT_TRUE(Has(Deliver(EnvelopeText(forged)).body, With(a, "conflict")));
}

TEST_F(Undoing, NamesItToNobodyElse) {
  SignOut();  // the visit was nobody's
  const std::string confirmed = Ids({"k"}, "contact_keys") + R"(,"confirm":true)";
  const std::string id = Host::Field(Associate("A", confirmed).body, "association_id");
  Exchange();
  At(id, "undo");
  Exchange();
  SignOut();
  EXPECT_TRUE(Has(Associate("B", confirmed).body, a));
  EXPECT_FALSE(Has(Next().body, "follows"));
  server.who = Remote("", "B");
  EXPECT_TRUE(Has(Exchange(), With(a, "conflict")));
}

TEST_F(Undoing, GivesAReassignedServiceBackToWhoseItWas) {
  server.who = Remote("", "B");
  const std::string theirs = page.Begin(R"({"customer_id":"B","contact_key":"t"})");
  anon::Envelope envelope;
  envelope.association_id = "x";
  envelope.customer = "B";
  const std::string list =
      R"([{"service_id":)" + Quoted(theirs) +
      R"(,"customer_id":"B","contact_key":"t","started":{"timestamp":"2026-01-01T00:00:00.000Z"}}])";
  envelope.services = list;
  ASSERT_EQ(Deliver(EnvelopeText(envelope)).status, 200);
  const std::string id = Host::Field(Associate("A", R"(,"on_conflict":"reassign")").body, "association_id");
  server.who = Remote("", "A");
  const std::string sent = Send();
  EXPECT_TRUE(Has(sent, R"("reassign":true)"));
  Host other = Twin(server);
  EXPECT_TRUE(Has(other.Call("POST", "associations", sent).body, With(theirs, "conflict")))
      << "it takes a writer";
  server.who = Remote("writer", "A");
  EXPECT_TRUE(Has(Exchange(), With(theirs, "associated")));
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(theirs, "undone")));
  EXPECT_TRUE(Has(server.Call("GET", "customers/B/services", "", {{"Role", "reader"}}).body, theirs));
  EXPECT_TRUE(Has(page.Call("GET", "customers/B/services").body, theirs));
}

TEST_F(Undoing, GivesAReassignedServiceThatCameWithItBackToo) {
  const std::string theirs = page.Begin(R"({"customer_id":"B","contact_key":"t"})");
  const std::string id = Host::Field(Associate("A", R"(,"on_conflict":"reassign")").body, "association_id");
  const std::string calls = page.Call("GET", "local/associations/" + id + "/calls").body;
  EXPECT_TRUE(Has(calls, theirs));
  EXPECT_FALSE(Has(calls, R"(\"customer_id\":\"B\")")) << "a plain server is told of no other customer";
  Host other = Twin(server);
  EXPECT_TRUE(Has(other.Call("POST", "associations", Send()).body, With(theirs, "conflict")));
  server.who = Remote("writer", "A");
  EXPECT_TRUE(Has(Exchange(), With(theirs, "associated")));
  EXPECT_TRUE(Has(server.Call("GET", "customers/A/services", "", {{"Role", "reader"}}).body, theirs));
  At(id, "undo");
  Exchange();
  EXPECT_TRUE(Has(server.Call("GET", "customers/B/services", "", {{"Role", "reader"}}).body, theirs));
}

TEST_F(Undoing, LeavesAServiceThatHasMovedOnWhereItIs) {
  const std::string id = HandOver();
  Exchange();
  server.Call("POST", "customers/B/services/" + a, "{}", {{"Role", "writer"}});
  page.Call("DELETE", "services/" + b);
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(a, "conflict")));
  EXPECT_EQ(page.engine.service_count(), 1U);
}

TEST_F(Undoing, LeavesWhatAnotherAssociationHasBrought) {
  const std::string id = HandOver();
  const std::string envelope = Send();
  anon::Envelope other;
  ASSERT_FALSE(ReadEnvelope(envelope, &other));
  other.association_id = "another";
  Deliver(EnvelopeText(other));
  EXPECT_TRUE(Has(Deliver(envelope).body, With(a, "already")));
  At(id, "undo");
  EXPECT_TRUE(Has(Exchange(), With(a, "already")));
  EXPECT_TRUE(Has(server.Call("GET", "customers/A/services").body, a));
}

TEST_F(Undoing, HasAWindowHereAndComesThroughHoweverLateItArrives) {
  const std::string id = HandOver();
  Exchange();
  page.now += 24 * 3600 * 1000;
  Host late = Twin(page);
  late.now += 1;
  const Result refused = late.Call("POST", "local/associations/" + id + "/undo", "{}");
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused.body, "86400"));
  EXPECT_EQ(At(id, "undo").status, 200);
  server.now = page.now + int64_t{90} * 24 * 3600 * 1000;
  EXPECT_TRUE(Has(Exchange(), With(a, "undone")));
}

TEST_F(Undoing, OfSomebodyElsesAssociationIsRefused) {
  const std::string id = HandOver();
  Exchange();
  At(id, "undo");
  const std::string text = Next().body;
  anon::Envelope undo;
  ASSERT_FALSE(ReadEnvelope(text, &undo));
  undo.customer = "B";
  server.who = Remote("", "B");
  EXPECT_EQ(Deliver(EnvelopeText(undo)).status, 409);
  server.who = Remote("", "A");
  undo.customer = "A";
  const std::string by = undo.association_id;
  EXPECT_EQ(Deliver(EnvelopeText(undo)).status, 200);
  undo.undoes = by;
  undo.association_id = "again";
  EXPECT_EQ(Deliver(EnvelopeText(undo)).status, 409) << "an undo is not undone";
}

TEST_F(Undoing, OfThingsThatAreNoIdsIsRefused) {
  anon::Envelope undo;
  undo.association_id = "u";
  undo.customer = "A";
  undo.undoes = "x";
  for (const char* services :
       {"[1]", "[{}]", R"([{"service_id":1}])", R"([{"service_id":"s"},{"service_id":"s"}])"}) {
    undo.services = services;
    EXPECT_EQ(Deliver(EnvelopeText(undo)).status, 400) << services;
  }
  undo.services = R"([{"service_id":"s"}])";
  undo.undoes = " ";
  EXPECT_EQ(Deliver(EnvelopeText(undo)).status, 400);
  EXPECT_TRUE(server.journal.empty());
}

TEST_F(Undoing, WithoutAServerThatCanIsRefusedOnceItWasSent) {
  const std::string id = HandOver();
  for (const char* body : {R"({"compensate":1})", R"({"x":true})", "[]"}) {
    EXPECT_EQ(At(id, "undo", body).status, 400) << body;
  }
  Host pending = Twin(page);
  EXPECT_EQ(pending.Call("POST", "local/associations/" + id + "/undo", R"({"compensate":false})").status,
            200);
  Send();
  EXPECT_EQ(At(id, "undo", R"({"compensate":false})").status, 409);
  EXPECT_EQ(State(id), "sent");
}

TEST_F(Undoing, OfARejectedOneGivesItsServicesBack) {
  const std::string id = HandOver();
  Send();
  At(id, "rejected", R"({"status":409,"code":"conflict","message":"m"})");
  EXPECT_FALSE(Has(At(id, "undo").body, "\"error\""));
  EXPECT_TRUE(Has(page.Call("GET", "services/anonymous/k").body, a));
  EXPECT_TRUE(Has(Exchange(), With(a, "already")));
}

TEST_F(Undoing, OfPartsUndoesEachAndTheOnesThatCome) {
  const std::string filler = Quoted(std::string(140000, 'x'));
  page.Call("PUT", "services/" + a + "/extensions/F", filler);
  const std::string c = page.Begin(R"({"contact_key":"k"})");
  page.Call("PUT", "services/" + c + "/extensions/F", filler);
  const std::string id = HandOver();
  const std::string first = Send();
  Exchange();
  const std::string second = Send();
  EXPECT_EQ(State(id), "sent");
  At(id, "undo");
  EXPECT_EQ(page.Call("GET", "local/associations/" + id + ".1").status, 400);
  const std::string answer = Exchange();
  EXPECT_TRUE(Has(answer, With(a, "undone")) && Has(answer, With(c, "already"))) << answer;
  for (const std::string& envelope : {first, second}) {
    EXPECT_TRUE(Has(Deliver(envelope).body, R"("state":"undone")"));
  }
  EXPECT_FALSE(Has(server.Call("GET", "customers/A/services").body, c));
}

}  // namespace
}  // namespace anon
