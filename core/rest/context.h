// What an operation sees: the request, the store to read, and the one way to change it. An operation answers
// with a Response or an Error; when it answers with an Error, whatever it changed so far is undone.
#ifndef ANON_REST_CONTEXT_H_
#define ANON_REST_CONTEXT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/event.h"
#include "model/id.h"
#include "model/render.h"
#include "rest/message.h"
#include "store/store.h"
#include "store/visit.h"

namespace anon {

/// A list of values for a field, with what people see for each (contract section 5, business attributes).
struct BusinessAttribute {
  std::string name;
  std::map<std::string, std::string> values;  ///< value to display name
};

struct Options {
  std::string base_path = "/genesys/1/cs";
  int not_found_status = 400;                  ///< 400 as CS answers, or 404
  int64_t undo_window = 24 * 3600;             ///< seconds in which a page can undo what was acknowledged
  bool associations = true;                    ///< whether POST associations is an operation
  std::optional<int64_t> auto_complete_after;  ///< seconds; for services that do not say
  size_t piece_bytes = 256 * 1024;             ///< least size of a checkpoint's piece (journal/catalog.h)
  std::vector<BusinessAttribute> attributes;
  std::map<std::string, std::string> mapping;  ///< "Service.media_type" to an attribute's name
  ValueLists lists;                            ///< derived from the two above
};

/// Limits on one service (contract section 2).
inline constexpr size_t kMaxParts = 1000;

using Answer = std::variant<Response, Error>;

class Context {
 public:
  /// All changes are appended to `journal` as one entry (store/change.h); nothing if there are none.
  Context(const Request& request, const Options& options, Store* store, std::string* journal, int64_t now,
          int64_t clock)
      : request(request),
        options(options),
        store_(store),
        journal_(journal),
        entry_(journal->size()),
        now_(now),
        clock_(clock),
        ids_(request.random) {}

  const Request& request;
  const Options& options;

  /// The segments that matched {…} in the path pattern, in order.
  std::vector<std::string> arguments;

  /// The host's clock, ms: what a timestamp is when the caller gives none.
  [[nodiscard]] int64_t now() const { return now_; }
  /// The store's clock, ms: never runs backwards. Lifetimes count by it.
  [[nodiscard]] int64_t clock() const { return clock_; }
  [[nodiscard]] const Store& store() const { return *store_; }
  [[nodiscard]] const Tenant* tenant() const { return store_->FindTenant(request.tenant); }

  /// The service of that id if it exists in the tenant and business unit and whoever asks may read it (GET)
  /// or change it (other methods). Null otherwise: whether somebody else's service exists is not told.
  [[nodiscard]] const Service* FindService(std::string_view service_id) const;
  [[nodiscard]] bool MaySee(const Service& service) const;
  /// Whether it is in the business unit, and on a page not sealed (store/visit.h).
  [[nodiscard]] bool InReach(const Service& service) const;

  /// The page's present visit; elsewhere there is but one.
  [[nodiscard]] Visit visit() const;

  [[nodiscard]] std::string NewServiceId(std::string_view owner) {
    return ids_.Next(now_, ShardHint(request.tenant, owner));
  }

  /// Changes. `change.tenant` is filled in.
  void Put(Op op, std::string_view id, uint32_t index, std::string_view record);
  void Put(Op op, std::string_view id, uint32_t index, const Record& record) {
    Put(op, id, index, record.Encode());
  }
  void Remove(Op op, std::string_view id);
  /// Notes that a service was updated, which puts off its auto-completion.
  void TouchService(const Service& service);

 private:
  void Make(const Change& change);

  Store* store_;
  std::string* journal_;
  size_t entry_;  ///< where in the journal the entry begins
  int64_t now_;
  int64_t clock_;
  IdSource ids_;
};

/// Says where what was started is found: the service of this id, or at `part` of its path, such as /tasks/0.
void AddLocation(const Context& context, std::string_view id, std::string_view part, Response* response);

/// Small helpers for answers.
[[nodiscard]] Response Json(int status, std::string body);
[[nodiscard]] Response Empty(int status);
[[nodiscard]] Error NotFound(std::string_view what, std::string_view id);
[[nodiscard]] Error ServiceNotFound(std::string_view id);

/// A state's or task's id as it stands in a path.
[[nodiscard]] std::optional<uint32_t> ParseIndex(std::string_view text);

/// When a service is gone for good, ms: `ttl` counts from `clock` and wins over `expiration_time`. Empty if
/// the event does not say.
[[nodiscard]] std::optional<int64_t> Lifetime(const Event& event, int64_t clock);
void SetLifetime(const Event& event, int64_t clock, Record* record);

/// The encoded record of a service that starts now as `event` says.
[[nodiscard]] std::string NewService(const Context& context, Event event);

}  // namespace anon

#endif  // ANON_REST_CONTEXT_H_
