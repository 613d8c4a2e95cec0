// A record that is built in its encoded form is, byte for byte, what the same record encodes to.
#include "model/record_builder.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>

namespace anon {
namespace {

constexpr Tag kTags[] = {Tag::kGroup,     Tag::kContactKey, Tag::kType,        Tag::kStarted,
                         Tag::kMediaType, Tag::kCompleted,  Tag::kDisposition, Tag::kVisit};

TEST(RecordBuilder, BuildsWhatARecordEncodesToInWhateverOrderItIsSet) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    Record record;
    RecordBuilder builder;
    for (size_t i = random() % 12; i > 0; --i) {
      const Tag tag = kTags[random() % std::size(kTags)];
      const std::string text(random() % 300, 'x');  // lengths of one byte and of two
      const std::string name(1, static_cast<char>('a' + random() % 4));
      switch (random() % 3) {
        case 0:
          record.Set(tag, text);
          builder.Set(tag, text);
          EXPECT_EQ(builder.Text(tag), text);
          break;
        case 1:
          record.SetInteger(tag, static_cast<int64_t>(random()) - 5);
          builder.SetInteger(tag, *record.Integer(tag));
          break;
        default:
          record.SetExtension(name, text);
          builder.SetExtension(name, text);
      }
      for (const Tag one : kTags) {
        ASSERT_EQ(builder.Has(one), record.Has(one));
        ASSERT_EQ(builder.Text(one), record.Text(one));
      }
      ASSERT_EQ(builder.bytes(), record.Encode());
    }
    EXPECT_EQ(builder.ToRecord().Encode(), record.Encode());
    EXPECT_EQ(builder.Has(Tag::kExtension), !record.extensions().empty());
  }
}

TEST(RecordBuilder, HoldsNamesAndValuesOfAnyLength) {
  for (const size_t length : {1, 127, 128, 16384, 70000}) {
    Record record;
    RecordBuilder builder;
    builder.AddExtension(std::string(length, 'n'), std::string(length, '1'));
    record.AddExtension(std::string(length, 'n'), std::string(length, '1'));
    builder.AddExtension("last", "2");
    record.AddExtension("last", "2");
    EXPECT_EQ(builder.bytes(), record.Encode());
    EXPECT_EQ(builder.Take(), record.Encode());
  }
}

}  // namespace
}  // namespace anon
