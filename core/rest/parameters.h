// Query parameters (contract section 5): read strictly. A name that the operation does not have is refused,
// because a misspelt filter would otherwise answer with everything.
#ifndef ANON_REST_PARAMETERS_H_
#define ANON_REST_PARAMETERS_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "rest/context.h"

namespace anon {

/// Services, states or tasks shown when their status fits.
enum class Status : uint8_t { kAll, kActive, kCompleted };

[[nodiscard]] inline bool Fits(Status wanted, bool active) {
  return wanted == Status::kAll || (wanted == Status::kActive) == active;
}

/// `/active`, `/completed` or neither at the end of the path.
[[nodiscard]] Status StatusOf(const Request& request);

/// Whether `word` is one of the words of a list such as "a, b, c".
[[nodiscard]] bool InList(std::string_view list, std::string_view word);

/// `accepted` is a list as of InList.
[[nodiscard]] Failure OnlyParameters(const Request& request, std::string_view accepted);

[[nodiscard]] Failure ReadTime(const Request& request, std::string_view name, std::optional<int64_t>* out);
[[nodiscard]] Failure ReadFlag(const Request& request, std::string_view name, bool* out);
[[nodiscard]] Failure ReadNumber(const Request& request, std::string_view name, int64_t least, int64_t most,
                                 int64_t* out);

/// `extensions`, `active_states`, `completed_states`, `active_tasks`, `completed_tasks`. Plain names and `*`
/// choose extensions of `own`, the resource asked for; `State.x`, `State.*`, `Task.x`, `Task.*` those of
/// nested ones.
[[nodiscard]] Failure ReadView(const Request& request, Resource own, View* out);

/// Which types are wanted: empty means any. Integers are given as they are written.
struct TypeFilter {
  std::set<std::string_view> types;  ///< views of the request
  [[nodiscard]] bool Fits(std::string_view type_token) const;
};
[[nodiscard]] TypeFilter ReadTypes(const Request& request, std::string_view name);

}  // namespace anon

#endif  // ANON_REST_PARAMETERS_H_
