// Finding services: keys in paths, order, pages, filters, what is shown (contract sections 2, 4 and 5).
#include <gtest/gtest.h>

#include <algorithm>

#include "host.h"
#include "model/json.h"
#include "rest/message.h"

namespace anon {
namespace {

TEST(Keys, ArePercentEncodedInAPath) {
  Host host;
  for (const char* key : {"pat@example.org", "+49 151 23", "a/b", "100%", "a b", "J\xC3\xB6rg", "a?b&c=d#e",
                          "%40", "active", "start", "..", "\xF0\x9F\x98\x80", "a,b;c", "\\", "'"}) {
    const std::string id = host.Begin("{\"contact_key\":" + Quoted(key) + "}");
    ASSERT_NE(id, "") << key;
    for (const char* list : {"", "/active"}) {
      const Result found = host.Call("GET", "services/anonymous/" + PercentEncode(key) + list);
      EXPECT_TRUE(found.status == 200 && Has(found.body, id)) << key;
    }
  }
  EXPECT_TRUE(Has(host.Call("GET", "services/anonymous/+49%20151%2023").body, "+49 151 23"))
      << "a plus in a path is a plus";
  EXPECT_EQ(host.Call("GET", "services/anonymous/%2049%20151%2023").body, "[]");
}

TEST(Keys, OfCustomersAndForeignIdsArePercentEncodedToo) {
  Host host;
  host.Begin(R"({"customer_id":"C/1 %+"})");
  EXPECT_TRUE(Has(host.Call("GET", "customers/C%2F1%20%25+/services").body, R"("customer_id":"C/1 %+")"));
}

TEST(Queries, AnswerInAscendingStartTimeThenId) {
  Host host;
  std::vector<std::pair<std::string, std::string>> expected;
  for (const char* time : {"2026-03-01", "2026-01-01", "2026-02-01", "2026-01-01", "2026-01-01"}) {
    const std::string start = R"({"contact_key":"k","timestamp":")" + std::string(time) + R"(T00:00:00Z"})";
    expected.emplace_back(time, host.Begin(start));
  }
  std::sort(expected.begin(), expected.end());
  const std::string all = host.Call("GET", "services/anonymous/k").body;
  size_t last = 0;
  for (const auto& [time, id] : expected) {
    EXPECT_LT(last, all.find(id)) << time;
    last = all.find(id);
  }
}

TEST(Queries, ShowAServiceAsTheContractShowsIt) {
  Host host;
  const std::string id = host.Begin(
      R"({"contact_key":"k","customer_id":"C-1","service_type":"Order","est_duration":9,"ttl":60,"session_id":"s",)"
      R"("interaction_id":"i","application_type":1,"application_id":"a","resource_type":"r","resource_id":2,)"
      R"("media_type":"web","Cart":[1]})");
  const std::string head =
      R"({"service_id":")" + id +
      R"(","service_type":"Order","customer_id":"C-1","contact_key":"k","est_duration":9,)"
      R"("started":{"timestamp":"2026-01-01T00:00:00.000Z","session_id":"s","interaction_id":"i",)"
      R"("application_type":1,"application_id":"a","resource_type":"r","resource_id":2,)"
      R"("media_type":"web"})";
  EXPECT_EQ(host.Call("GET", "services/" + id).body, head + "}");
  EXPECT_EQ(host.Call("GET", "customers/C-1/services").body, "[" + head + "}]");
  host.now += 1;
  host.Call("POST", "services/" + id + "/end",
            R"({"disposition":3,"disposition_desc":"d","media_type":"chat"})");
  EXPECT_EQ(host.Call("GET", "services/" + id).body,
            head +
                R"(,"completed":{"timestamp":"2026-01-01T00:00:00.001Z","media_type":"chat","disposition":3,)"
                R"("disposition_desc":"d"},"disposition":3})");
}

TEST(Queries, OfWhatIsNotThereAnswerWithAnEmptyList) {
  Host host;
  for (const char* target :
       {"services/anonymous/none", "services/anonymous/none/active", "services/anonymous/none/completed",
        "customers/none/services", "customers/none/services/active"}) {
    const Result result = host.Call("GET", target);
    EXPECT_EQ(result.status, 200) << target;
    EXPECT_EQ(result.body, "[]");
  }
  EXPECT_EQ(host.Call("GET", "services/anonymous/").status, 400);
  EXPECT_EQ(host.Call("GET", "services/anonymous/" + std::string(257, 'k')).status, 400);
}

class Many : public testing::Test {
 protected:
  void Start(int count) {
    for (int i = 0; i < count; ++i) {
      host.now += i % 3;  // some start in one millisecond
      ids.push_back(host.Begin(R"({"contact_key":"a/b","service_type":)" + std::to_string(i % 2) + "}"));
    }
  }
  // The ids on a page, in order, and its next link.
  std::vector<std::string> Page(const std::string& target, std::string* next) {
    const Result result = host.Call("GET", target);
    EXPECT_EQ(result.status, 200) << result.body;
    std::vector<std::string> found;
    for (size_t at = 0; (at = result.body.find(R"("service_id":")", at)) != std::string::npos; ++at) {
      found.push_back(Host::Field(std::string_view(result.body).substr(at), "service_id"));
    }
    const std::string link = result.Header("Link");
    *next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    if (!link.empty()) EXPECT_EQ(link.substr(link.find('>')), R"(>; rel="next")");
    return found;
  }

  Host host;
  std::vector<std::string> ids;
};

TEST_F(Many, ComeIn100sUnlessALimitSaysOtherwise) {
  Start(101);
  std::string next;
  EXPECT_EQ(Page("services/anonymous/a%2Fb", &next).size(), 100U);
  EXPECT_EQ(Page(next, &next).size(), 1U);
  EXPECT_EQ(next, "");
  EXPECT_EQ(Page("services/anonymous/a%2Fb?limit=1000", &next).size(), 101U);
  for (const char* bad : {"0", "1001", "-1", "x", "1.5", "1,2", ""}) {
    EXPECT_EQ(host.Call("GET", "services/anonymous/a%2Fb?limit=" + std::string(bad)).status, 400) << bad;
  }
}

TEST_F(Many, FollowLinkByLinkAreAllOfThemOnceInOrder) {
  Start(20);
  EXPECT_EQ(host.Call("GET", "services/anonymous/a%2Fb?after=").status, 400) << "an empty id is none";
  EXPECT_EQ(host.Call("GET", "services/anonymous/a%2Fb?after=none").status, 400);
  for (const char* list : {"services/anonymous/a%2Fb?limit=3", "services/anonymous/a%2Fb/active?limit=7"}) {
    std::vector<std::string> seen;
    std::string next = list;
    while (!next.empty()) {
      const auto page = Page(next, &next);
      seen.insert(seen.end(), page.begin(), page.end());
      ASSERT_LE(seen.size(), 20U);
    }
    std::string all;
    EXPECT_EQ(seen, Page("services/anonymous/a%2Fb", &all));
  }
}

TEST_F(Many, KeepTheirFilterFromPageToPageAndEndWithoutALinkAtTheLast) {
  Start(10);
  std::string next;
  EXPECT_EQ(Page("services/anonymous/a%2Fb?service_types=1&limit=3", &next).size(), 3U);
  EXPECT_TRUE(Has(next, "service_types=1") && Has(next, "limit=3"));
  EXPECT_EQ(Page(next, &next).size(), 2U);
  EXPECT_EQ(next, "");
  EXPECT_EQ(Page("services/anonymous/a%2Fb?limit=10", &next).size(), 10U);
  EXPECT_EQ(next, "") << "nothing follows a page that is just full";
}

TEST_F(Many, GoOnAfterAServiceThatHasLeftTheListMeanwhile) {
  Start(6);
  std::string next;
  const auto first = Page("services/anonymous/a%2Fb?limit=3", &next);
  host.Call("POST", "customers/C-1/services/" + first.back());
  EXPECT_EQ(Page(next, &next).size(), 3U);
}

TEST(Filters, ByStartTakeTheFirstMillisecondInAndLeaveTheLastOut) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","timestamp":"2026-01-01T00:00:00.500Z"})");
  const auto found = [&](const std::string& query) {
    return host.Call("GET", "services/anonymous/k?" + query).body != "[]";
  };
  EXPECT_TRUE(found("started_from=2026-01-01T00:00:00.500Z"));
  EXPECT_FALSE(found("started_from=2026-01-01T00:00:00.501Z"));
  EXPECT_FALSE(found("started_to=2026-01-01T00:00:00.500Z"));
  EXPECT_TRUE(found("started_to=2026-01-01T00:00:00.501Z"));
  EXPECT_TRUE(found("started_from=2026-01-01T01:00:00.500%2B01:00"));
  EXPECT_TRUE(found("started_from=2026-01-01T01:00:00.500+01:00")) << "a plus that was not encoded";
  EXPECT_FALSE(found("started_from=2026-01-01T00:00:00.500Z&started_to=2026-01-01T00:00:00.500Z"));
  for (const char* bad :
       {"started_from=now", "started_to=", "started_from=2026-01-01T00:00:00Z,2026-01-02T00:00:00Z"}) {
    EXPECT_EQ(host.Call("GET", std::string("services/anonymous/k?") + bad).status, 400) << bad;
  }
}

TEST(Filters, ByTypeTakeTextAndIntegersCommaSeparatedOrRepeated) {
  Host host;
  const std::string text = host.Begin(R"({"contact_key":"k","service_type":"a,b"})");
  const std::string number = host.Begin(R"({"contact_key":"k","service_type":7})");
  const std::string none = host.Begin(R"({"contact_key":"k"})");
  const auto found = [&](const std::string& query) {
    return host.Call("GET", "services/anonymous/k?" + query).body;
  };
  EXPECT_TRUE(Has(found("service_types=a%2Cb"), text));
  EXPECT_FALSE(Has(found("service_types=a,b"), text)) << "two types";
  EXPECT_TRUE(Has(found("service_types=x,7"), number));
  EXPECT_TRUE(Has(found("service_types=x&service_types=7"), number));
  EXPECT_FALSE(Has(found("service_types=7,a%2Cb"), none));
  EXPECT_EQ(found("service_types=A%2CB"), "[]");
}

TEST(Filters, ThatTheOperationDoesNotHaveAreRefused) {
  Host host;
  const std::string service = "services/" + host.Begin(R"({"contact_key":"k"})");
  for (const std::string& target :
       {std::string("services/anonymous/k?service_type=a"), std::string("services/anonymous/k?startedFrom=x"),
        std::string("customers/C-1/services?state_types=a"), service + "?limit=5",
        service + "/states?limit=5", service + "?service_types=x",
        std::string("metadata/business-attributes?limit=1"),
        std::string("maintenance/services/stream?time_from=2026-01-01T00:00:00Z&x=1")}) {
    const Result refused = host.Call("GET", target);
    EXPECT_EQ(refused.status, 400) << target;
    EXPECT_TRUE(Has(refused.body, "not a parameter"));
  }
  EXPECT_TRUE(Has(host.Call("GET", service + "?limit=5").body, "active_states"))
      << "names those that there are";
  EXPECT_EQ(host.Call("GET", service + "?active_states=yes").status, 400);
  EXPECT_EQ(host.Call("GET", service + "?active_states=true,false").status, 400);
}

TEST(Shown, AreTheExtensionsThatWereAskedFor) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","a":1,"b":2,"State.c":3})");
  const std::string service = "services/" + id;
  host.Call("POST", service + "/states/start", R"({"a":4,"b":5})");
  host.Call("POST", service + "/tasks/start", R"({"a":6})");
  const auto show = [&](const std::string& extensions) {
    return host.Call("GET", service + "?active_states=true&active_tasks=true" + extensions).body;
  };
  const auto shown = [&](const std::string& extensions) {
    const std::string body = show(extensions);
    std::string numbers;
    for (const char* one : {R"("a":1)", R"("b":2)", R"("State.c":3)", R"("a":4)", R"("b":5)", R"("a":6)"}) {
      if (Has(body, one)) numbers += one[std::string_view(one).size() - 1];
    }
    return numbers;
  };
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("&extensions=a"), "1");
  EXPECT_EQ(shown("&extensions=a,b"), "12");
  EXPECT_EQ(shown("&extensions=*"), "123");
  EXPECT_EQ(shown("&extensions=State.a"), "4");
  EXPECT_EQ(shown("&extensions=State.*"), "45");
  EXPECT_EQ(shown("&extensions=Task.a&extensions=b"), "26");
  EXPECT_EQ(shown("&extensions=*,State.*,Task.*"), "123456");
  EXPECT_EQ(shown("&extensions=none"), "");
  EXPECT_TRUE(Has(host.Call("GET", service + "/states?extensions=*").body, R"("a":4,"b":5)"));
  EXPECT_TRUE(Has(host.Call("GET", service + "/tasks/0?extensions=a").body, R"("a":6)"));
  EXPECT_TRUE(Has(host.Call("GET", "services/anonymous/k?extensions=a").body, R"("a":1)"));
}

}  // namespace
}  // namespace anon
