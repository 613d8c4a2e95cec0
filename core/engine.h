// The only door to the core. A host (page, edge worker, test) reads journal files in, executes requests,
// writes the sealed file to its storage, and only then commits. Nothing here touches a clock, a random
// source, a disk or a network: what a run needs is handed in, so that any run can be repeated.
//
//   Engine engine;
//   engine.Ingest(1, file);                        // every file of the journal, ascending
//   Response answer = engine.Execute(request, now);
//   std::string file = engine.Seal(engine.sequence() + 1);
//   … store the file durably …
//   engine.Commit(engine.sequence() + 1);          // or engine.Rollback()
//
// The state is the fold of the journal. Between commits it is seen as of the moment of each request: what has
// expired by then is not there. That view is taken back before the next change, so that two engines which
// read the same journal are the same, byte for byte, whatever was asked of them in between.
#ifndef ANON_ENGINE_H_
#define ANON_ENGINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/catalog.h"
#include "journal/reader.h"
#include "rest/context.h"
#include "rest/message.h"
#include "store/store.h"

namespace anon {

class Engine {
 public:
  enum class Ingested : uint8_t {
    kWhole = 0,
    kDamaged = 1,      ///< what came before the damage was taken in; see Repair
    kNewerFormat = 2,  ///< refused, nothing changed
  };

  struct Repair {
    std::string file;  ///< to be stored in place of the damaged file
    size_t lost = 0;   ///< bytes
  };

  /// `json`: { base_path?, not_found_status?: 400 | 404, auto_complete_after?: seconds, undo_window?:
  /// seconds, associations?: bool, piece_bytes?, business_attributes?: { attributes: { name: [value, …] | {
  /// value: display name } }, mapping: { "Service.media_type": name } } }. Nothing changes on failure.
  [[nodiscard]] Failure Configure(std::string_view json);

  /// Numbers, both included; empty if `first` is the greater.
  struct Range {
    uint64_t first = 1;
    uint64_t last = 0;
  };

  /// The numbers below its own that a file makes void: a segment its span, the last piece of a checkpoint all
  /// before the first. `file`: its first 4 KiB are enough. Empty where these are not whole.
  [[nodiscard]] static Range Covered(uint64_t sequence, std::string_view file);

  /// Takes in one journal file; files come ascending, without those that a later one makes void. Pending
  /// changes are rolled back first; what stands at or below sequence() is passed over. `news`: Changes tells
  /// of it.
  Ingested Ingest(uint64_t sequence, std::string_view file, Repair* repair, bool news = true);

  /// Runs one request (rest/message.h). Changes are visible to the next request at once, and pending until
  /// Commit. `now` in ms since 1970.
  [[nodiscard]] Response Execute(std::string_view message, int64_t now);

  /// A log file with all pending changes; empty if there are none.
  [[nodiscard]] std::string Seal(uint64_t sequence) const;
  /// The pending changes are durable, in the file of this sequence number and size.
  void Commit(uint64_t sequence, size_t file_size);
  /// Takes all pending changes back.
  void Rollback();

  /// Sequence number of the last file taken in or committed; 0 for an empty journal.
  [[nodiscard]] uint64_t sequence() const { return sequence_; }

  /// What compaction should do next, if anything (journal/catalog.h). A merge is the host's to carry out,
  /// with journal::Merger; it then says what came of it with Merged.
  [[nodiscard]] journal::Catalog::Step NextStep() const { return catalog_.Next(store_.bytes()); }
  /// The next piece of a checkpoint, to be committed like any other file; `drop` is the number below which
  /// all files go in the same transaction, 0 if none. Pending changes are rolled back first.
  [[nodiscard]] std::string Piece(uint64_t sequence, uint64_t* drop);
  void Merged(uint64_t first, uint64_t last, size_t bytes) { catalog_.Add({first, last, bytes}); }
  [[nodiscard]] journal::Catalog& catalog() { return catalog_; }

  /// Hex digest of the committed state: equal for equal journals in every runtime.
  [[nodiscard]] std::string Digest();

  /// Ids of services and associations touched by commits and ingested files since the last call, as JSON
  /// { "service_ids": […], "association_ids": […], "tenants": { name: { "receipts": […], "visit"? } } }: the
  /// receipts as they are now, of associations that are not sealed, and the visit if one was changed.
  [[nodiscard]] std::string TakeChanges();
  void ForgetChanges() { changed_.Forget(); }

  [[nodiscard]] size_t service_count() const { return store_.size(); }

 private:
  void DropView();
  /// Applies one record; false if it is none of this format.
  bool Apply(std::string_view payload);
  /// Applies the records of a file; answers how many were good.
  size_t ApplyLog(const journal::File& file);
  size_t ApplySegment(const journal::File& file);
  size_t ApplySnapshot(const journal::File& file);
  size_t ApplyPiece(journal::File* file, size_t bytes);

  Options options_;
  Store store_;
  size_t view_ = 0;    ///< undo mark: what lies above was only looked at
  int64_t clock_ = 0;  ///< of the last change, pending ones included
  int64_t committed_clock_ = 0;
  uint64_t sequence_ = 0;
  std::string pending_;          ///< records of a log file, one per operation
  std::vector<Change> changes_;  ///< of the record that is being applied; here so that its room is kept
  Touched changed_;
  bool news_ = true;  ///< what is being ingested is told by Changes
  journal::Catalog catalog_;
  Position next_;       ///< where the checkpoint under way goes on
  PieceHead planned_;   ///< of the piece that Piece() made; begin is 0 if there is none
  bool stale_ = false;  ///< files were missed: only a whole checkpoint makes the state whole
};

}  // namespace anon

#endif  // ANON_ENGINE_H_
