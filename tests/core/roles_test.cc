// Who may do what: roles, customers, visitors with claims; tenants and business units that never mix
// (contract sections 2 and 5).
#include <gtest/gtest.h>

#include "host.h"
#include "rest/table.h"

namespace anon {
namespace {

class Roles : public testing::Test {
 protected:
  // What a caller gets; a body where the method takes one.
  int Status(const Headers& who, std::string_view method, const std::string& target,
             std::string_view body = "") {
    host.who = who;
    const int status = host.Execute(method, target, body).status;
    host.Rollback();
    host.who = {{"Role", "local"}};
    return status;
  }
  std::string Body(const Headers& who, const std::string& target) {
    host.who = who;
    std::string body = host.Execute("GET", target).body;
    host.who = {{"Role", "local"}};
    return body;
  }

  Host host;
  const std::string free = host.Begin(R"({"contact_key":"k"})");
  const std::string other_free = host.Begin(R"({"contact_key":"k"})");
  const std::string mine = host.Begin(R"({"customer_id":"C-1"})");
  const std::string theirs = host.Begin(R"({"customer_id":"C-2"})");

  const Headers nobody = Remote("");
  const Headers reader = Remote("reader");
  const Headers writer = Remote("writer");
  const Headers customer = Remote("", "C-1");
  const Headers visitor = Remote("visitor");
  const Headers claimant = Remote("visitor", "", free);
};

TEST_F(Roles, WithoutAnyNothingIsAllowed) {
  for (const Operation& operation : Operations()) {
    std::string target = operation.pattern;
    for (size_t at; (at = target.find("{}")) != std::string::npos;) target.replace(at, 2, "x");
    const int status = Status(nobody, operation.method, target);
    const int expected = operation.access == Access::kLocal     ? 404
                         : operation.access == Access::kDeliver ? 401
                                                                : 403;
    EXPECT_EQ(status, expected) << operation.method << ' ' << target;
  }
  EXPECT_EQ(Status(Remote("Writer admin localhost"), "GET", "services/" + free), 403) << "no such roles";
}

TEST_F(Roles, AReaderReadsEverythingAndChangesNothing) {
  for (const std::string& id : {free, mine, theirs}) EXPECT_EQ(Status(reader, "GET", "services/" + id), 200);
  EXPECT_TRUE(Has(Body(reader, "services/anonymous/k"), other_free));
  EXPECT_TRUE(Has(Body(reader, "customers/C-2/services"), theirs));
  EXPECT_EQ(Status(reader, "GET", "maintenance/services/stream?time_from=2026-01-01T00:00:00Z"), 200);
  EXPECT_EQ(Status(reader, "POST", "services/start", R"({"contact_key":"k"})"), 403);
  EXPECT_EQ(Status(reader, "POST", "services/" + free + "/end"), 403);
  EXPECT_EQ(Status(reader, "POST", "customers/C-1/services/" + free), 403);
  EXPECT_EQ(Status(reader, "PUT", "services/" + free + "/extensions/x", "1"), 403);
  EXPECT_EQ(Status(reader, "DELETE", "services/" + free), 403);
  EXPECT_EQ(Status(reader, "POST", "services_composite/start", "{}"), 403);
  EXPECT_EQ(Status(reader, "POST", "maintenance/purge", "{}"), 403);
  EXPECT_EQ(Status(reader, "POST", "associations", "{}"), 403);
}

TEST_F(Roles, AWriterChangesEverythingAndReadsNothing) {
  EXPECT_EQ(Status(writer, "POST", "services/start", R"({"customer_id":"C-9"})"), 201);
  for (const std::string& id : {free, mine, theirs}) {
    EXPECT_EQ(Status(writer, "POST", "services/" + id + "/end"), 204);
    EXPECT_EQ(Status(writer, "POST", "customers/C-9/services/" + id), 204) << "the last call wins";
    EXPECT_EQ(Status(writer, "DELETE", "services/" + id), 200);
    EXPECT_EQ(Status(writer, "PUT", "services/" + id, R"({"ttl":5})"), 200);
    EXPECT_EQ(Status(writer, "GET", "services/" + id), 403);
  }
  EXPECT_EQ(Status(writer, "GET", "services/anonymous/k"), 403);
  EXPECT_EQ(Status(writer, "GET", "customers/C-1/services"), 403);
  EXPECT_EQ(Status(writer, "POST", "associations", "{}"), 403) << "the customer comes from the credentials";
}

TEST_F(Roles, ACustomerActsOnTheirOwnServices) {
  EXPECT_EQ(Status(customer, "GET", "services/" + mine), 200);
  EXPECT_EQ(Status(customer, "POST", "services/" + mine + "/states/start"), 201);
  EXPECT_EQ(Status(customer, "POST", "services/" + mine + "/end"), 204);
  EXPECT_TRUE(Has(Body(customer, "customers/C-1/services"), mine));
  EXPECT_EQ(Status(customer, "POST", "services/start", R"({"customer_id":"C-1"})"), 201);
  EXPECT_EQ(Status(customer, "POST", "services/start", R"({"contact_key":"k"})"), 201);
}

TEST_F(Roles, ACustomerNeitherSeesNorTakesWhatIsNotTheirs) {
  for (const std::string& id : {theirs, free}) {
    EXPECT_EQ(Status(customer, "GET", "services/" + id), 400) << "as if it were not there";
    EXPECT_TRUE(Has(Body(customer, "services/" + id), "There are no service found for : " + id));
    EXPECT_EQ(Status(customer, "POST", "services/" + id + "/end"), 400);
    EXPECT_EQ(Status(customer, "PUT", "services/" + id + "/extensions/x", "1"), 400);
    EXPECT_EQ(Status(customer, "POST", "customers/C-1/services/" + id), 400);
  }
  EXPECT_EQ(Body(customer, "services/anonymous/k"), "[]");
  for (const char* target : {"customers/C-2/services", "customers/C-2/services/active"}) {
    EXPECT_TRUE(Has(Body(customer, target), "customer_mismatch"));
  }
  EXPECT_EQ(Status(customer, "POST", "customers/C-2/services/" + mine), 403);
  EXPECT_EQ(Status(customer, "POST", "services/start", R"({"customer_id":"C-2"})"), 403);
  EXPECT_EQ(Status(customer, "DELETE", "services/" + mine), 403);
  EXPECT_EQ(Status(customer, "PUT", "services/" + mine, R"({"ttl":5})"), 403);
  EXPECT_EQ(Status(customer, "GET", "maintenance/services/stream?time_from=2026-01-01T00:00:00Z"), 403);
}

TEST_F(Roles, AVisitorStartsServicesAndActsOnThoseItHoldsAClaimTo) {
  EXPECT_EQ(Status(visitor, "POST", "services/start", R"({"contact_key":"k"})"), 201);
  EXPECT_EQ(Status(visitor, "POST", "services/start", R"({"customer_id":"C-1"})"), 403);
  EXPECT_EQ(Status(claimant, "GET", "services/" + free), 200);
  EXPECT_EQ(Status(claimant, "POST", "services/" + free + "/tasks/start"), 201);
  EXPECT_EQ(Status(claimant, "PUT", "services/" + free + "/extensions/x", "1"), 200);
  EXPECT_TRUE(Has(Body(claimant, "services/anonymous/k"), free));
  EXPECT_FALSE(Has(Body(claimant, "services/anonymous/k"), other_free));
}

TEST_F(Roles, AVisitorWithoutAClaimSeesNothing) {
  for (const std::string& id : {other_free, mine}) {
    EXPECT_EQ(Status(claimant, "GET", "services/" + id), 400);
    EXPECT_EQ(Status(claimant, "POST", "services/" + id + "/end"), 400);
  }
  EXPECT_EQ(Body(visitor, "services/anonymous/k"), "[]");
  EXPECT_EQ(Status(claimant, "GET", "customers/C-1/services"), 403);
  EXPECT_EQ(Status(claimant, "POST", "customers/C-1/services/" + free), 403);
  EXPECT_EQ(Status(claimant, "POST", "associations", "{}"), 401);
}

TEST_F(Roles, AClaimEndsWhereACustomerBegins) {
  host.Call("POST", "customers/C-2/services/" + free);
  EXPECT_EQ(Status(claimant, "GET", "services/" + free), 400);
  EXPECT_EQ(Status(Remote("", "C-1", free), "POST", "customers/C-1/services/" + free), 400);
}

TEST_F(Roles, ACustomerWithAClaimTakesTheirAnonymousService) {
  EXPECT_EQ(Status(Remote("", "C-1", free), "POST", "customers/C-1/services/" + free), 204);
  EXPECT_EQ(Status(Remote("", "C-1", other_free), "POST", "customers/C-1/services/" + free), 400);
}

TEST_F(Roles, AReaderWhoIsACustomerTooChangesOnlyTheirOwn) {
  const Headers both = Remote("reader", "C-1");
  EXPECT_EQ(Status(both, "GET", "services/" + theirs), 200);
  EXPECT_EQ(Status(both, "POST", "services/" + mine + "/end"), 204);
  EXPECT_EQ(Status(both, "POST", "services/" + theirs + "/end"), 400);
  EXPECT_EQ(Status(both, "PUT", "services/" + theirs + "/extensions/x", "1"), 400);
  EXPECT_EQ(Status(both, "POST", "customers/C-1/services/" + theirs), 400);
  EXPECT_EQ(Status(Remote("reader visitor"), "POST", "services/" + free + "/end"), 400);
}

TEST_F(Roles, AWriterWhoIsACustomerTooReadsOnlyTheirOwn) {
  const Headers both = Remote("writer", "C-1");
  EXPECT_EQ(Status(both, "GET", "services/" + mine), 200);
  EXPECT_EQ(Status(both, "GET", "services/" + theirs), 400);
  EXPECT_EQ(Body(both, "services/anonymous/k"), "[]");
}

TEST_F(Roles, TheCustomerOfTheCredentialsIsPercentEncoded) {
  const std::string id = host.Begin("{\"customer_id\":\"J\xC3\xB6rg 100%\"}");
  EXPECT_EQ(Status(Remote("", "J%C3%B6rg%20100%25"), "GET", "services/" + id), 200);
  EXPECT_EQ(Status(Remote("", "J%C3%B6rg%20100%25"), "GET", "customers/J%C3%B6rg%20100%25/services"), 200);
}

const Headers kNorth = {{"ContactCenterId", "north"}};
const Headers kSouth = {{"ContactCenterId", "south"}};

TEST(Tenants, NeverMix) {
  Host host;
  const std::string id =
      Host::Field(host.Call("POST", "services/start", R"({"contact_key":"k"})", kNorth).body, "service_id");
  for (const Headers& elsewhere : {kSouth, Headers{}}) {
    EXPECT_EQ(host.Call("GET", "services/" + id, "", elsewhere).status, 400);
    EXPECT_EQ(host.Call("GET", "services/anonymous/k", "", elsewhere).body, "[]");
    EXPECT_EQ(host.Call("POST", "services/" + id + "/end", "", elsewhere).status, 400);
    EXPECT_EQ(host.Call("DELETE", "services/" + id, "", elsewhere).status, 400);
    EXPECT_EQ(host.Call("POST", "customers/C-1/services/" + id, "", elsewhere).status, 400);
    const char* purge = R"({"limit":"2030-01-01T00:00:00Z","operation":"purge.service.all"})";
    EXPECT_EQ(host.Call("POST", "maintenance/purge", purge, elsewhere).body, R"({"purged":0})");
    const char* stream = "maintenance/services/stream?time_from=2020-01-01T00:00:00Z";
    EXPECT_EQ(host.Call("GET", stream, "", elsewhere).body, "[]");
  }
  const std::string join = R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}";
  EXPECT_EQ(host.Call("POST", "local/associations", join, kSouth).status, 400);
  EXPECT_EQ(host.Call("POST", "local/associations", join, kNorth).status, 201);
  EXPECT_EQ(host.Call("GET", "local/outbox", "", kSouth).status, 204);
  EXPECT_EQ(host.Call("GET", "customers/C-1/services", "", kSouth).body, "[]");
  host.Reopen();
  EXPECT_EQ(host.Call("GET", "services/" + id, "", kNorth).status, 200);
  EXPECT_EQ(host.Call("GET", "services/" + id, "", kSouth).status, 400);
}

TEST(BusinessUnits, SeeTheirOwnAndWithoutOneAllOfTheTenant) {
  Host host;
  const Headers sales = {{"GroupId", "sales"}};
  const Headers support = {{"GroupId", "support"}};
  const std::string id =
      Host::Field(host.Call("POST", "services/start", R"({"contact_key":"k"})", sales).body, "service_id");
  const std::string none = host.Begin(R"({"contact_key":"k"})");
  EXPECT_TRUE(Has(host.Call("GET", "services/anonymous/k", "", sales).body, id));
  EXPECT_FALSE(Has(host.Call("GET", "services/anonymous/k", "", sales).body, none));
  EXPECT_EQ(host.Call("GET", "services/anonymous/k", "", support).body, "[]");
  EXPECT_EQ(host.Call("GET", "services/" + id, "", support).status, 400);
  EXPECT_EQ(host.Call("POST", "services/" + id + "/end", "", support).status, 400);
  const std::string all = host.Call("GET", "services/anonymous/k").body;
  EXPECT_TRUE(Has(all, id) && Has(all, none));
  host.Call("POST", "customers/C-1/services/" + id);
  EXPECT_EQ(host.Call("GET", "customers/C-1/services", "", support).body, "[]");
  EXPECT_TRUE(Has(host.Call("GET", "customers/C-1/services", "", sales).body, id));
}

}  // namespace
}  // namespace anon
