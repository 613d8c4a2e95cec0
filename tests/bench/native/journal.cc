#include "journal.h"

#include <cstdio>
#include <cstdlib>

#include "page.h"

namespace anon::bench {

size_t Journal::Bytes() const {
  size_t bytes = 0;
  for (const std::string& file : files) bytes += file.size();
  return bytes;
}

void Journal::ReadInto(Engine* engine) const {
  Engine::Repair repair;
  for (size_t i = 0; i < files.size(); ++i) {
    if (engine->Ingest(first + i, files[i], &repair, false) != Engine::Ingested::kWhole) {
      std::fprintf(stderr, "file %zu of a journal is damaged\n", i);
      std::exit(1);
    }
  }
}

Journal Logs(uint64_t services) {
  Journal journal;
  Page page(0);
  page.Grow(services, [&](std::string file) { journal.files.push_back(std::move(file)); });
  return journal;
}

Journal Pieces(uint64_t services) {
  Page page(0);
  size_t bytes = 0;
  page.Grow(services, [&](std::string file) { bytes += file.size(); });
  Engine& engine = page.engine;
  // Pieces are as large as the files make them that they replace: one, of all that was written.
  engine.catalog().Clear();
  engine.Merged(1, engine.sequence(), bytes);
  Journal journal{engine.sequence() + 1, {}};
  for (uint64_t drop = 0; drop == 0;) {
    const uint64_t sequence = engine.sequence() + 1;
    journal.files.push_back(engine.Piece(sequence, &drop));
    engine.Commit(sequence, journal.files.back().size());
  }
  return journal;
}

}  // namespace anon::bench
