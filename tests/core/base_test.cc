// Checksums, digests and bytes against published vectors.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/sha256.h"

namespace anon {
namespace {

TEST(Crc32c, GivesTheValuesOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  EXPECT_EQ(Crc32c(ascending), 0x46DD794EU);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(Crc32c(std::string(ascending.rbegin(), ascending.rend())), 0x113FDB5CU);
  EXPECT_EQ(Crc32c(""), 0U);
}

TEST(Crc32c, GoesOnFromASeed) { EXPECT_EQ(Crc32c("6789", Crc32c("12345")), Crc32c("123456789")); }

TEST(Sha256, GivesTheValuesOfFips180) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hex(Sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PadsRightAtTheEdgesOfItsBlocks) {
  const std::pair<size_t, const char*> digests[] = {
      {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"},
      {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
      {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
      {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
      {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
      {127, "c57e9278af78fa3cab38667bef4ce29d783787a2f731d4e12200270f0c32320a"},
      {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
  };
  for (const auto& [size, digest] : digests) EXPECT_EQ(Hex(Sha256(std::string(size, 'a'))), digest) << size;
}

TEST(Bytes, VarintsOfEveryLengthComeBackInAsFewBytesAsTheyNeed) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t value : {uint64_t{1} << bit, (uint64_t{1} << bit) - 1}) {
      std::string bytes;
      ByteWriter(&bytes).Varint(value);
      uint64_t read = 1;
      ByteReader reader(bytes);
      ASSERT_TRUE(reader.Varint(&read) && reader.Done());
      EXPECT_EQ(read, value);
      EXPECT_EQ(bytes.size(), value == 0 ? 1U : static_cast<size_t>((64 - __builtin_clzll(value) + 6) / 7));
    }
  }
}

TEST(Bytes, ZigzagKeepsSmallMagnitudesOfEitherSignShort) {
  for (int64_t value = -64; value < 64; ++value) {
    std::string bytes;
    ByteWriter(&bytes).Zigzag(value);
    EXPECT_EQ(bytes.size(), 1U) << value;
  }
}

TEST(Bytes, ComeBackAsTheyWereWritten) {
  std::string bytes;
  ByteWriter writer(&bytes);
  const int64_t numbers[] = {0, 1, -1, 63, -64, 64, INT64_MAX, INT64_MIN};
  for (const int64_t number : numbers) writer.Zigzag(number);
  writer.U8(200);
  writer.U16(60000);
  writer.U32(4000000000U);
  writer.U64(UINT64_MAX);
  writer.Bytes("text");
  ByteReader reader(bytes);
  for (const int64_t number : numbers) {
    int64_t read = 0;
    ASSERT_TRUE(reader.Zigzag(&read));
    EXPECT_EQ(read, number);
  }
  uint8_t a = 0;
  uint16_t b = 0;
  uint32_t c = 0;
  uint64_t d = 0;
  std::string_view e;
  ASSERT_TRUE(reader.U8(&a) && reader.U16(&b) && reader.U32(&c) && reader.U64(&d) && reader.Bytes(&e));
  EXPECT_TRUE(a == 200 && b == 60000 && c == 4000000000U && d == UINT64_MAX && e == "text");
  EXPECT_TRUE(reader.Done());
}

TEST(Bytes, RefuseWhatIsShortOrOverlong) {
  uint64_t value = 0;
  std::string_view text;
  EXPECT_FALSE(ByteReader("").Varint(&value));
  EXPECT_FALSE(ByteReader("\x80").Varint(&value));
  EXPECT_FALSE(ByteReader(std::string(9, '\xFF') + '\x02').Varint(&value));
  EXPECT_FALSE(ByteReader(std::string(11, '\x80')).Varint(&value));
  EXPECT_FALSE(ByteReader("\x05xyz").Bytes(&text));
  ByteReader failed("\x80");
  EXPECT_FALSE(failed.Varint(&value));
  uint8_t byte = 0;
  EXPECT_FALSE(failed.U8(&byte));
}

}  // namespace
}  // namespace anon
