// The journal's format: golden bytes, and what is left of a file that was damaged anywhere.
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/sha256.h"
#include "journal/merger.h"
#include "journal/reader.h"
#include "journal/writer.h"

namespace anon::journal {
namespace {

std::string TwoRecords() {
  Writer writer({Kind::kLog, 7});
  writer.Append("first");
  writer.Append("second!");
  return writer.Finish();
}

// How many records end within the first `bytes` bytes.
size_t RecordsWithin(size_t bytes) {
  const size_t first = kHeaderSize + kRecordHeaderSize + 5;
  return bytes >= first + kRecordHeaderSize + 7 ? 2 : bytes >= first ? 1 : 0;
}

TEST(Journal, HasTheBytesThatItsFormatSays) {
  EXPECT_EQ(Hex(TwoRecords()),
            "414e534a030100000700000000000000"
            "00000000e16cca27"
            "0500000089a7fdf96669727374"
            "070000004f8d148e7365636f6e6421");
  EXPECT_EQ(FileName(7), "0000000000000007");
}

TEST(Journal, ASegmentHasTheBytesThatItsFormatSays) {
  Merger merger;
  Writer log({Kind::kLog, 6});
  log.Append("zero");
  ASSERT_TRUE(merger.Add(6, log.Finish()));
  ASSERT_TRUE(merger.Add(7, TwoRecords()));
  const std::string segment = merger.Finish();
  EXPECT_EQ(Hex(segment),
            "414e534a030300000700000000000000"
            "010000009191b6c6"
            "0500000059ba83e5067a65726f"
            "06000000c220c101076669727374"
            "0800000078881c93077365636f6e6421");
  EXPECT_EQ(Read(segment, 7).header.span, 1U);
  std::string bent = segment;
  bent[16] = 9;
  EXPECT_EQ(Read(bent, 7).header.span, 0U) << "what the checksum does not cover is believed";
  EXPECT_FALSE(merger.Add(7, bent));
}

TEST(Journal, GivesBackWhatWasWritten) {
  const std::string bytes = TwoRecords();
  const File file = Read(bytes, 7);
  EXPECT_EQ(file.verdict, Verdict::kWhole);
  EXPECT_EQ(file.header.kind, Kind::kLog);
  EXPECT_EQ(file.records, (std::vector<std::string_view>{"first", "second!"}));
  EXPECT_EQ(file.lost, 0U);
}

TEST(Journal, TruncatedAtAnyByteKeepsTheRecordsBefore) {
  const std::string whole = TwoRecords();
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string bytes = whole.substr(0, size);
    const File file = Read(bytes, 7);
    const size_t kept = RecordsWithin(size);
    ASSERT_EQ(file.records.size(), kept) << size;
    const bool at_an_end = size == kHeaderSize || size == kHeaderSize + kRecordHeaderSize + 5;
    EXPECT_EQ(file.verdict, at_an_end ? Verdict::kWhole : Verdict::kDamaged) << size;
    if (kept > 0) EXPECT_EQ(file.records[0], "first");
    EXPECT_EQ(Read(Repaired(file, 7), 7).verdict, Verdict::kWhole);
    EXPECT_EQ(Read(Repaired(file, 7), 7).records.size(), kept);
  }
}

TEST(Journal, FlippedAtAnyBitKeepsTheRecordsBeforeAndNoWrongOne) {
  const std::string whole = TwoRecords();
  for (size_t at = 0; at < whole.size() * 8; ++at) {
    std::string bytes = whole;
    bytes[at / 8] = static_cast<char>(bytes[at / 8] ^ 1 << at % 8);
    const File file = Read(bytes, 7);
    ASSERT_NE(file.verdict, Verdict::kWhole) << at;
    const size_t before = at / 8 < kHeaderSize ? 0 : RecordsWithin(at / 8);
    ASSERT_EQ(file.records.size(), before) << at;
    if (before > 0) EXPECT_EQ(file.records[0], "first");
  }
}

TEST(Journal, RepairedIsAWholeFileOfTheGoodRecords) {
  const std::string bytes = TwoRecords().substr(0, 50);
  const std::string repaired = Repaired(Read(bytes, 7), 7);
  const File file = Read(repaired, 7);
  EXPECT_EQ(file.verdict, Verdict::kWhole);
  EXPECT_EQ(file.records, (std::vector<std::string_view>{"first"}));
  EXPECT_TRUE(file.header.incomplete) << "so that readers know that something is missing";
}

TEST(Journal, TakesATailOfZerosForDamage) {
  const std::string bytes = TwoRecords() + std::string(64, '\0');
  const File file = Read(bytes, 7);
  EXPECT_EQ(file.verdict, Verdict::kDamaged);
  EXPECT_EQ(file.records.size(), 2U);
  EXPECT_EQ(file.lost, 64U);
}

TEST(Journal, TakesAFileUnderAnotherNameForDamage) {
  const File file = Read(TwoRecords(), 8);
  EXPECT_EQ(file.verdict, Verdict::kDamaged);
  EXPECT_TRUE(file.records.empty());
}

TEST(Journal, RefusesANewerFormatThatIsWhole) {
  std::string bytes = TwoRecords();
  bytes[4] = kVersion + 1;
  EXPECT_EQ(Read(bytes, 7).verdict, Verdict::kDamaged) << "the header's checksum does not fit";
  const uint32_t crc = MaskedCrc32c(Crc32c(std::string_view(bytes).substr(0, 20)));
  for (size_t i = 0; i < 4; ++i) bytes[20 + i] = static_cast<char>(crc >> (8 * i) & 0xFF);
  EXPECT_EQ(Read(bytes, 7).verdict, Verdict::kNewerFormat);
}

}  // namespace
}  // namespace anon::journal
