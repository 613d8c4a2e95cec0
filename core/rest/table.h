// The contract's operations (section 5) in one table: method, path pattern, who may, function. The handler at
// the edge, the page's methods and the native test front all go through it, so none can have an operation
// that the others lack.
#ifndef ANON_REST_TABLE_H_
#define ANON_REST_TABLE_H_

#include <cstdint>

#include "rest/context.h"

namespace anon {

/// Who may call an operation. `local` may call all; the functions narrow further what a customer or a visitor
/// sees and touches (Context::MaySee).
enum class Access : uint8_t {
  kRead,      ///< reader; customer or visitor on what is theirs
  kWrite,     ///< writer; customer or visitor on what is theirs
  kStart,     ///< writer, customer, visitor
  kReadAll,   ///< reader
  kWriteAll,  ///< writer
  kCustomer,  ///< the customer named in the path, by credentials; reader or writer as the method needs
  kDeliver,   ///< a customer, by credentials
  kLocal,     ///< the page on its own store, never a remote caller
};

struct Operation {
  const char* name;
  const char* method;
  const char* pattern;  ///< segments after the base path; {…} matches any one segment
  Access access;
  Answer (*run)(Context&);
};

struct OperationList {
  const Operation* begin_;
  const Operation* end_;
  [[nodiscard]] const Operation* begin() const { return begin_; }
  [[nodiscard]] const Operation* end() const { return end_; }
};

[[nodiscard]] OperationList Operations();

/// Finds the operation, checks access and body type, runs it.
[[nodiscard]] Answer Dispatch(Context* context);

}  // namespace anon

#endif  // ANON_REST_TABLE_H_
