// Reads journals from standard input and prints the digest of each, for the property test: wasm and native
// agree.
//
//   journal = file count u32, (sequence u32, size u32, bytes)*        all little-endian
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/bytes.h"
#include "engine.h"

int main() {
  std::string input;
  char part[65536];
  for (size_t got = 0; (got = std::fread(part, 1, sizeof(part), stdin)) > 0;) input.append(part, got);
  std::string_view rest = input;
  while (!rest.empty()) {
    anon::Engine engine;
    uint32_t count = 0;
    if (!anon::ByteReader(rest).U32(&count)) return 1;
    rest.remove_prefix(4);
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t sequence = 0;
      uint32_t size = 0;
      anon::ByteReader header(rest);
      if (!header.U32(&sequence) || !header.U32(&size) || size > rest.size() - 8) return 1;
      anon::Engine::Repair repair;
      if (engine.Ingest(sequence, rest.substr(8, size), &repair) != anon::Engine::Ingested::kWhole) return 1;
      rest.remove_prefix(8 + size);
    }
    std::printf("%s\n", engine.Digest().c_str());
  }
}
