// What the checks of both sides say and ask.
#ifndef ANON_TESTS_MODEL_WORDS_H_
#define ANON_TESTS_MODEL_WORDS_H_

#include <string>
#include <string_view>

#include "facts.h"

namespace anon::model {

inline std::string Name(std::string_view what, std::string_view id) {
  return std::string(what) + ' ' + std::string(id);
}

// The association that an id belongs to: parts have a point and a number behind its id.
inline std::string WholeOf(const std::string& id) { return id.substr(0, id.find('.')); }

inline std::string Whose(Customer customer) {
  return customer == Customer::kNone ? "nobody" : std::string(IdOf(customer));
}

// As it was started.
inline bool IsWhole(const ServiceFact& service, size_t mark) {
  return service.mark == std::to_string(mark) && service.states == 1;
}

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_WORDS_H_
