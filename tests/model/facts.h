// What is in a store, whoever may see it: read from a dump, past all that the operations hide.
#ifndef ANON_TESTS_MODEL_FACTS_H_
#define ANON_TESTS_MODEL_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/change.h"

namespace anon::model {

/// The two people at one browser.
enum class Customer : uint8_t { kNone = 0, kA = 1, kB = 2 };
[[nodiscard]] Customer CustomerOf(std::string_view customer_id);
[[nodiscard]] std::string_view IdOf(Customer customer);

struct ServiceFact {
  Customer customer{};
  std::string mark;         ///< the extension that it was started with
  std::string association;  ///< that handed it over
  std::string note;         ///< an extension that may be edited; empty if it never was
  std::string record;       ///< all of it but the note
  uint32_t states = 0;
};

struct AssociationFact {
  Customer customer{};
  std::string phase;
  std::map<std::string, std::string> results;  ///< by service id; empty while there is none
  std::string undoes;
  std::string undone_by;
  std::string part_of;
  int64_t place = 0;  ///< in the outbox; 0 if it is not there
};

struct Facts {
  std::map<std::string, ServiceFact> services;
  std::map<std::string, AssociationFact> associations;
};

[[nodiscard]] Facts FactsOf(const std::vector<std::string>& entries);

/// The text of a string member anywhere in `json`; empty if there is none.
[[nodiscard]] std::string Field(std::string_view json, std::string_view name);

/// The results in a list of { service_id, result? }.
[[nodiscard]] std::map<std::string, std::string> ResultsOf(std::string_view list);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_FACTS_H_
