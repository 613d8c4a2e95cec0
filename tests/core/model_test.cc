// Values: instants, JSON as slices, extensions byte for byte, encoded records, ids.
#include <gtest/gtest.h>

#include "host.h"
#include "model/id.h"
#include "model/instant.h"
#include "model/json.h"
#include "model/record.h"

namespace anon {
namespace {

std::string Nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']');
}

TEST(Instant, IsFormattedInUtcWithMillisecondsAndZ) {
  EXPECT_EQ(FormatInstant(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatInstant(951782400000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(FormatInstant(kLatestInstant), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatInstant(kEarliestInstant), "0001-01-01T00:00:00.000Z");
}

TEST(Instant, ReadsBackWhatItWrote) {
  for (int64_t at = kEarliestInstant; at <= kLatestInstant; at += 1234567890123) {
    ASSERT_EQ(ParseInstant(FormatInstant(at)), at) << FormatInstant(at);
  }
  // Each day around leap days of common, leap and secular years.
  for (const char* day :
       {"1900-02-28", "1900-03-01", "2000-02-29", "2023-12-31", "2024-02-29", "2100-02-28"}) {
    const std::string text = std::string(day) + "T23:59:59.999Z";
    ASSERT_TRUE(ParseInstant(text)) << text;
    EXPECT_EQ(FormatInstant(*ParseInstant(text)), text);
    EXPECT_EQ(FormatInstant(*ParseInstant(text) + 1).substr(11), "00:00:00.000Z");
  }
}

TEST(Instant, AcceptsOtherOffsetsAndOtherPrecisions) {
  const int64_t noon = 1767268800000;  // 2026-01-01T12:00:00Z
  for (const char* text : {"2026-01-01T12:00:00Z", "2026-01-01T12:00:00.0Z", "2026-01-01T13:00:00+01:00",
                           "2026-01-01T13:00:00+0100", "2026-01-01T06:30:00.000-05:30",
                           "2026-01-02T11:59:00+23:59", "2026-01-01T12:00:00.000999999Z"}) {
    EXPECT_EQ(ParseInstant(text), noon) << text;
  }
  EXPECT_EQ(ParseInstant("2026-01-01T12:00:00.5Z"), noon + 500);
}

TEST(Instant, RefusesWhatIsNoPointInTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-01-01",
                           "2026-01-01 12:00:00Z",
                           "2026-01-01T12:00Z",
                           "2026-01-01T12:00:00",
                           "2026-13-01T12:00:00Z",
                           "2026-00-01T12:00:00Z",
                           "2026-02-29T12:00:00Z",
                           "1900-02-29T12:00:00Z",
                           "2026-04-31T12:00:00Z",
                           "2026-01-00T12:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T12:60:00Z",
                           "2026-01-01T12:00:60Z",
                           "2026-01-01T12:00:00.Z",
                           "2026-01-01T12:00:00+24:00",
                           "0000-01-01T00:00:00Z",
                           "2026-01-01T12:00:00+01:60",
                           "2026-01-01T12:00:00z",
                           "2026-01-01T12:00:00ZZ",
                           " 2026-01-01T12:00:00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59.999-00:01",
                           "+2026-01-01T12:00:00Z"}) {
    EXPECT_FALSE(ParseInstant(text)) << text;
  }
}

TEST(Json, OfMembersWithOneNameTheLastCounts) {
  Members members;
  ASSERT_FALSE(ParseObject(R"( {"a":1, "b" : 2 ,"\u0061":[ 3 ] } )", "body", &members));
  ASSERT_EQ(members.list().size(), 2U);
  EXPECT_EQ(members.list()[0].name, "b");
  EXPECT_EQ(members.list()[0].value, "2");
  EXPECT_EQ(members.list()[1].name, "a");
  EXPECT_EQ(members.list()[1].value, "[ 3 ]");
}

TEST(Json, CutsValuesOutAsTheyAreWritten) {
  const char* text = R"({"s":"a\"},]\\","n":-1.50e+2,"o":{"x":[{},"}"]},"t":true,"z":null})";
  const Members members(text);
  ASSERT_EQ(members.list().size(), 5U);
  EXPECT_EQ(members.list()[0].value, R"("a\"},]\\")");
  EXPECT_EQ(AsString(members.list()[0].value), R"(a"},]\)");
  EXPECT_EQ(members.list()[1].value, "-1.50e+2");
  EXPECT_EQ(members.list()[2].value, R"({"x":[{},"}"]})");
  EXPECT_EQ(AsBool(members.list()[3].value), true);
  EXPECT_TRUE(IsNull(members.list()[4].value));
  EXPECT_EQ(Elements(R"([ 1 , "a,b",[2,3] ] )").size(), 3U);
  EXPECT_TRUE(Elements("[]").empty());
}

TEST(Json, IsAcceptedDownTo32LevelsAndNoDeeper) {
  EXPECT_FALSE(CheckJson(Nested(32), "body"));
  ASSERT_TRUE(CheckJson(Nested(33), "body"));
  EXPECT_TRUE(Has(CheckJson(Nested(33), "body")->message, "32"));
  EXPECT_TRUE(CheckJson(Nested(100000), "body"));
  EXPECT_FALSE(CheckJson('"' + Nested(33) + '"', "body")) << "brackets in a string are no nesting";
}

TEST(Json, RefusesWhatIsNotWellFormed) {
  for (const char* text :
       {"",   " ",   "{",      "{\"a\":1,}", "{a:1}",       "[1,]", "'a'",   "01",      "+1",  ".5",
        "1.", "tru", "\"\t\"", "\"\\x\"",    "\"\\ud800\"", "1 2",  "{} {}", "// c\n1", "NaN", "{\"a\"}"}) {
    EXPECT_TRUE(CheckJson(text, "body")) << text;
  }
}

TEST(Json, RefusesInvalidUtf8) {
  for (const char* bytes : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80\x80", "\xFF", "\xE2\x82"}) {
    EXPECT_TRUE(CheckJson('"' + std::string(bytes) + '"', "body")) << Quoted(bytes);
    EXPECT_FALSE(ValidUtf8(bytes));
  }
  for (const char* text : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_FALSE(CheckJson('"' + std::string(text) + '"', "body"));
    EXPECT_TRUE(ValidUtf8(text));
  }
  EXPECT_EQ(CodePoints("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 3U);
}

TEST(Json, EndsWhereItsTextEnds) {
  EXPECT_TRUE(CheckJson(std::string("1\0,\"a\":2", 8), "body")) << "a zero byte ends no text";
  EXPECT_TRUE(CheckJson(std::string("{}\0", 3), "body"));
  EXPECT_TRUE(CheckJson("\xEF\xBB\xBF{}", "body")) << "a byte order mark is no JSON (RFC 8259, 8.1)";
}

TEST(Json, NumbersAreIntegersOnlyAsWritten) {
  EXPECT_EQ(AsInteger("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(AsInteger("-9223372036854775808"), INT64_MIN);
  for (const char* token : {"9223372036854775808", "1.0", "1e3", "\"1\"", "true", ""}) {
    EXPECT_FALSE(AsInteger(token)) << token;
  }
}

TEST(Json, QuotesSoThatItReadsBack) {
  std::string text;
  for (char c = 0; c < 127; ++c) text += c;
  text += "\xC3\xA9";
  ASSERT_FALSE(CheckJson(Quoted(text), "text"));
  EXPECT_EQ(AsString(Quoted(text)), text);
}

TEST(Values, AttachedComeBackByteForByte) {
  for (const char* value :
       {R"({"z":1,"a":2})", "1.0", "9007199254740993", "-0", "1e2", R"({ "a" : [ 1 , 2 ] })", R"("\u00e9\/")",
        R"({"a":1,"a":2})", "null", "\"\xC3\xA9\"", "123456789012345678901234567890"}) {
    Host host;
    const std::string start = R"({"contact_key":"k","x":)" + std::string(value) + "}";
    const std::string id = host.Begin(start);
    const std::string expected = R"("x":)" + std::string(value) + "}";
    EXPECT_TRUE(Has(host.Call("GET", "services/" + id + "?extensions=x").body, expected));
    host.Call("PUT", "services/" + id + "/extensions/y", " \n" + std::string(value) + "\t ");
    host.Reopen();
    EXPECT_TRUE(
        Has(host.Call("GET", "services/" + id + "?extensions=y").body, R"("y":)" + std::string(value) + "}"));
  }
}

TEST(Records, ReadBackWithTagsInOrderAndExtensionsInTheOrderAttached) {
  Record record;
  record.SetInteger(Tag::kStarted, INT64_MIN);
  record.Set(Tag::kContactKey, "k");
  record.Set(Tag::kPhase, "sent");
  record.SetExtension("b", "1");
  record.SetExtension("a", "2");
  record.SetExtension("b", "3");
  const std::string bytes = record.Encode();
  Record read;
  ASSERT_TRUE(read.Decode(bytes));
  EXPECT_EQ(read.Encode(), bytes);
  EXPECT_EQ(read.Text(Tag::kContactKey), "k");
  EXPECT_EQ(read.Integer(Tag::kStarted), INT64_MIN);
  ASSERT_EQ(read.extensions().size(), 2U);
  EXPECT_EQ(read.extensions()[0].name, "b");
  EXPECT_EQ(read.extensions()[0].value, "3");
  EXPECT_EQ(PeekText(bytes, Tag::kContactKey), "k");
  EXPECT_EQ(PeekInteger(bytes, Tag::kStarted), INT64_MIN);
  EXPECT_EQ(PeekText(bytes, Tag::kType), "");
  read.Erase(Tag::kContactKey);
  EXPECT_FALSE(read.Has(Tag::kContactKey));
}

TEST(Records, KeepFieldsWhoseTagTheyDoNotKnow) {
  const std::string bytes = {2, 1, 'x', 5, 1, 'k', 99, 2, 'y', 'z'};
  Record record;
  ASSERT_TRUE(record.Decode(bytes));
  record.SetExtension("e", "1");
  record.SetInteger(Tag::kStarted, 1);
  Record again;
  ASSERT_TRUE(again.Decode(record.Encode()));
  EXPECT_EQ(again.Text(static_cast<Tag>(99)), "yz");
  EXPECT_EQ(again.Text(static_cast<Tag>(2)), "x");
}

TEST(Records, AreRefusedWhenShortOrOutOfOrder) {
  Record record;
  record.Set(Tag::kContactKey, "key");
  record.SetInteger(Tag::kStarted, 5);
  record.SetExtension("e", "1");
  const std::string bytes = record.Encode();
  int whole = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    Record read;
    if (read.Decode(std::string_view(bytes).substr(0, size))) ++whole;
    if (!read.Has(Tag::kContactKey)) EXPECT_TRUE(read.extensions().empty());
  }
  EXPECT_EQ(whole, 3) << "only where a field ends, and empty";
  EXPECT_FALSE(record.Decode({"\x05\x01k\x05\x01k", 6}));
  EXPECT_FALSE(record.Decode({"\x05\x01k\x04\x01k", 6}));
  // Who looks for one field stops where it would stand, and must not see another record than who reads all.
  EXPECT_FALSE(record.Decode({"\x3C\x03\x01x1\x04\x01k", 8}));
  EXPECT_TRUE(record.Decode({"\x04\x01k\x3C\x03\x01x1\x3C\x03\x01y1\x46\x01k", 16}));
  EXPECT_FALSE(record.Decode({"\x3C\x03\x01x1\x46\x01k\x3C\x03\x01y1", 13}));
  EXPECT_TRUE(record.Encode().empty());
}

TEST(Ids, HoldTheClockTheHintAndTheVariantOfRfc9562) {
  IdSource source({9});
  const std::string id = source.Next(0x0123456789AB, 0xCDE);
  EXPECT_EQ(id.substr(0, 18), "01234567-89ab-7cde");
  EXPECT_TRUE(Has("89ab", id.substr(19, 1)));
  EXPECT_EQ(ShardOfId(id), 0xCDE);
  EXPECT_EQ(IdSource({9}).Next(0x0123456789AB, 0xCDE), id) << "a replay makes the same ids";
  EXPECT_NE(source.Next(0x0123456789AB, 0xCDE), id);
}

TEST(Ids, LeadToTheShardThatTheKeyLeadsTo) {
  Host host;
  const Headers north = {{"ContactCenterId", "north"}};
  for (const char* key : {"k", "pat@example.org", "+49 151 23", "\xC3\xA9"}) {
    const std::string body = R"({"contact_key":")" + std::string(key) + R"(","customer_id":"C-1"})";
    const std::string id = Host::Field(host.Call("POST", "services/start", body, north).body, "service_id");
    EXPECT_EQ(ShardOfId(id), ShardHint("north", key)) << "the key counts, not the customer";
  }
  EXPECT_EQ(ShardOfId(host.Begin(R"({"customer_id":"C-1"})")), ShardHint("", "C-1"));
  EXPECT_LT(ShardHint("a", "b"), 4096);
  EXPECT_NE(ShardHint("a", "bc"), ShardHint("ab", "c"));
}

}  // namespace
}  // namespace anon
