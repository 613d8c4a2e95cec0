// What an association would do, and that it does that or nothing (contract section 6, rules 1, 2 and 6).
#include <gtest/gtest.h>

#include "hand_over.h"

namespace anon {
namespace {

class Plans : public HandOverTest {
 protected:
  const std::string mine = page.Begin(R"({"contact_key":"k"})");

  // A service of an earlier visit that was nobody's.
  std::string FromAnotherVisit(const char* key = "old") {
    const std::string id = page.Begin(R"({"contact_key":")" + std::string(key) + "\"}");
    SignOut();
    return id;
  }
};

TEST_F(Plans, SaysWhatAndWhyAndChangesNothing) {
  const std::string old = FromAnotherVisit();
  const std::string known = FromAnotherVisit("known");
  const std::string now = page.Begin(R"({"contact_key":"k","Cart":{"z":1.0}})");
  page.Call("POST", "services/" + now + "/states/start", R"({"state_type":"basket"})");
  const std::string own = page.Begin(R"({"customer_id":"A"})");
  const std::string theirs = page.Begin(R"({"customer_id":"B"})");
  const std::string digest = page.engine.Digest();
  const size_t files = page.journal.size();
  const Result plan =
      Plan("A", Ids({now, old, own, theirs, "none"}) + Ids({"known", "nobody's"}, "contact_keys") +
                    Ids({"known"}, "verified_keys"));
  ASSERT_EQ(plan.status, 200) << plan.body;
  const std::string attach = Listed(plan.body, "attach");
  EXPECT_TRUE(Has(attach, Quoted(now) + R"(,"reason":"this_visit","service":{"service_id":)" + Quoted(now)));
  EXPECT_TRUE(Has(attach, R"("active_states":[{"state_id":0,"state_type":"basket")"));
  EXPECT_TRUE(Has(attach, R"("Cart":{"z":1.0})"));
  EXPECT_TRUE(Has(attach, Quoted(own) + R"(,"reason":"own")"));
  EXPECT_TRUE(Has(attach, Quoted(known) + R"(,"reason":"verified_key")"));
  EXPECT_TRUE(Has(Listed(plan.body, "unverified"), Quoted(old) + R"(,"reason":"other_visit","service":{)"));
  EXPECT_TRUE(
      Has(Listed(plan.body, "conflicts"), Quoted(theirs) + R"(,"reason":"other_customer","service":{)"));
  EXPECT_EQ(Listed(plan.body, "expired"), R"([{"service_id":"none","reason":"gone"}])");
  EXPECT_EQ(Listed(plan.body, "already"), "[]");
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_EQ(page.journal.size(), files);
}

TEST_F(Plans, AreOfThisVisitWhereNothingIsNamed) {
  const std::string old = FromAnotherVisit();
  const std::string now = page.Begin(R"({"contact_key":"k"})");
  const std::string plan = Plan("A").body;
  EXPECT_TRUE(Has(Listed(plan, "attach"), now));
  EXPECT_FALSE(Has(plan, old));
  EXPECT_EQ(plan, Plan("A", R"(,"visit":true)").body);
  const std::string more = Plan("A", R"(,"visit":true)" + Ids({old}) + Ids({"k"}, "contact_keys")).body;
  EXPECT_TRUE(Has(Listed(more, "unverified"), old));
  EXPECT_TRUE(Has(Listed(more, "attach"), now));
}

TEST_F(Plans, OfAnEmptyStoreAreEmpty) {
  Host empty;
  const std::string body =
      empty.Call("POST", "local/plan", Of("A", Ids({"x"}) + Ids({"k"}, "contact_keys"))).body;
  EXPECT_EQ(Listed(body, "expired"), R"([{"service_id":"x","reason":"gone"}])");
  EXPECT_EQ(Listed(body, "attach"), "[]");
}

TEST_F(Plans, ListWhatWasHandedOverBefore) {
  HandOver();
  EXPECT_TRUE(
      Has(Listed(Plan("A").body, "already"), Quoted(mine) + R"(,"reason":"handed_over","service":{)"));
}

TEST_F(Plans, OfABodyThatTheyDoNotKnowAreRefused) {
  for (const std::string& body : {std::string("[]"), std::string("{}"), Of("null"), Of("A", R"(,"colour":1)"),
                                  Of("A", R"(,"visit":false)"), Of("A", R"(,"service_ids":"x")"),
                                  Of("A", R"(,"service_ids":[])"), Of("A", R"(,"contact_keys":[1])"),
                                  Of("A", R"(,"contact_keys":[""])"), Of("A", R"(,"verified_keys":[" "])"),
                                  Of("A", R"(,"confirm":true)"), std::string(R"({"customer_id":1})")}) {
    const Result result = page.Call("POST", "local/plan", body);
    EXPECT_EQ(result.status, 400) << body << result.body;
  }
}

TEST_F(Plans, AreCarriedOutAsTheyAreOrNotAtAll) {
  const std::string digest = Host::Field(Plan("A").body, "digest");
  const std::string with = R"(,"digest":")" + digest + "\"";
  page.Call("POST", "services/" + mine + "/states/start");
  const std::string before = page.engine.Digest();
  const Result outdated = Associate("A", with);
  EXPECT_EQ(outdated.status, 409);
  EXPECT_TRUE(Has(outdated.body, "plan again"));
  EXPECT_EQ(page.engine.Digest(), before);
  const std::string again = Host::Field(Plan("A").body, "digest");
  const Result made = Associate("A", R"(,"digest":")" + again + "\"");
  EXPECT_EQ(made.status, 201);
  EXPECT_TRUE(Has(made.body, mine));
}

TEST_F(Plans, WithWhatIsGoneOrUnverifiedAreCarriedOutForTheRest) {
  const std::string old = FromAnotherVisit();
  const std::string now = page.Begin(R"({"contact_key":"k"})");
  const std::string ids = Ids({old, now, "none"});
  const std::string digest = R"(,"digest":")" + Host::Field(Plan("A", ids).body, "digest") + "\"";
  const Result made = Associate("A", ids + digest);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_TRUE(Has(made.body, now));
  EXPECT_FALSE(Has(made.body, old));
}

TEST_F(Plans, NeedAYesForWhatIsUnverified) {
  const std::string old = FromAnotherVisit();
  const std::string other = FromAnotherVisit();
  const std::string digest = page.engine.Digest();
  const Result refused = Associate("A", Ids({old}));
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(Has(refused.body, R"("code":"unverified")"));
  EXPECT_EQ(Associate("A", Ids({old}) + R"(,"confirm":false)").status, 409);
  EXPECT_EQ(Associate("A", Ids({old}) + Ids({other}, "confirm")).status, 409);
  EXPECT_EQ(page.engine.Digest(), digest);
  EXPECT_TRUE(Has(Associate("A", Ids({old}) + Ids({old}, "confirm")).body, old));
  EXPECT_TRUE(Has(Associate("A", Ids({"old"}, "contact_keys") + R"(,"confirm":true)").body, other));
}

TEST_F(Plans, BySomeKeyLeaveOutWhatIsUnverified) {
  FromAnotherVisit();
  const Result nothing = Associate("A", Ids({"old"}, "contact_keys"));
  EXPECT_EQ(nothing.status, 204);
  EXPECT_TRUE(Has(page.Call("GET", "local/visit").body, R"("customer_id":"A")"))
      << "the login counts all the same";
}

TEST_F(Plans, LeaveConflictsAsTheCallerSays) {
  const std::string theirs = page.Begin(R"({"customer_id":"B"})");
  const std::string digest = page.engine.Digest();
  for (const char* policy : {"", R"(,"on_conflict":"reject")"}) {
    const Result refused = Associate("A", policy);
    EXPECT_EQ(refused.status, 409);
    EXPECT_TRUE(Has(refused.body, theirs));
  }
  EXPECT_EQ(page.engine.Digest(), digest);
  const Result kept = Associate("A", R"(,"on_conflict":"keep")");
  EXPECT_TRUE(Has(kept.body, mine));
  EXPECT_FALSE(Has(kept.body, theirs));
  EXPECT_TRUE(Has(Associate("A", R"(,"on_conflict":"reassign")").body, theirs));
  EXPECT_TRUE(Has(page.Call("GET", "customers/A/services").body, theirs));
}

TEST_F(Plans, OrdersThatTheyDoNotKnowAreRefused) {
  for (const char* more : {R"(,"confirm":1)", R"(,"confirm":[1])", R"(,"on_conflict":"take")",
                           R"(,"on_conflict":1)", R"(,"digest":"x")", R"(,"digest":1)", R"(,"colour":1)"}) {
    EXPECT_EQ(Associate("A", more).status, 400) << more;
  }
}

TEST_F(Plans, BySomeKeyAlsoListWhatIsThisCustomersUnderIt) {
  const Result first = Associate("A", Ids({"k"}, "contact_keys"));
  const std::string own = page.Begin(R"({"customer_id":"A","contact_key":"k"})");
  const std::string plan = Plan("A", Ids({"k"}, "contact_keys")).body;
  EXPECT_TRUE(Has(Listed(plan, "already"), mine));
  EXPECT_TRUE(Has(Listed(plan, "attach"), Quoted(own) + R"(,"reason":"own")"));
  page.Call("DELETE", "services/" + own);
  EXPECT_EQ(Associate("A", Ids({"k"}, "contact_keys")).body, first.body);
}

TEST_F(Plans, OfMoreThanAThousandServicesAreTooLarge) {
  for (int i = 0; i < 1000; ++i) page.Execute("POST", "services/start", R"({"contact_key":"k"})");
  page.Commit();
  const Result refused = Associate("A");
  EXPECT_EQ(refused.status, 413);
  EXPECT_TRUE(Has(refused.body, "choose fewer"));
}

TEST_F(Plans, CarriedOutTwiceGiveTheSameReceipt) {
  const Result first = Associate("A");
  const std::string digest = page.engine.Digest();
  const Result second = Associate("A");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(page.engine.Digest(), digest);
}

TEST_F(Plans, OfServicesWhoseAssociationIsGoneAreEmpty) {
  const std::string id = HandOver();
  // As an older store may be.
  LoseAssociation(id);
  EXPECT_EQ(Associate("A").status, 204);
}

}  // namespace
}  // namespace anon
