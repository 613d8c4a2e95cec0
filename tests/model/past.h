// What happened in a browser, as the model itself counts it by the rules of contract section 6: the other
// side of every comparison with the core. A part of the browser's state, for what was promised depends on it.
#ifndef ANON_TESTS_MODEL_PAST_H_
#define ANON_TESTS_MODEL_PAST_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ask.h"
#include "facts.h"

namespace anon::model {

struct Past {
  struct Started {
    std::string id;
    uint32_t visit = 0;
    bool reset = false;  ///< was deleted
  };
  struct Made {
    std::string id;
    Customer customer{};
    uint32_t visit = 0;
    std::string undoes;
    bool retried = false;
    bool reset = false;                         ///< its receipt was deleted
    std::map<std::string, std::string> before;  ///< records of its services before it
  };

  std::vector<Customer> visits = {Customer::kNone};  ///< whose each is; the last is the current one
  bool recorded = false;                             ///< somebody signed in or out, or associated
  std::vector<Started> started;                      ///< in the order of their marks
  std::vector<Made> made;
  uint32_t pieces = 0;
  uint32_t edits = 0;

  [[nodiscard]] Customer current() const { return visits.back(); }
  /// Somebody signs in, or associates where the visit is not somebody else's.
  void Bind(Customer customer);
  void SignOut();
  void Reset();

  /// Whether the page may see a service that has this customer.
  [[nodiscard]] bool Sees(const Started& service, Customer customer) const;
  /// Whether a receipt of this customer is visible, and is sent.
  [[nodiscard]] bool SeesReceiptOf(Customer customer) const { return !recorded || customer == current(); }

  [[nodiscard]] const Made* FindMade(std::string_view id) const;
  [[nodiscard]] const Started* FindStarted(std::string_view id) const;
  /// What follows from an operation that changed the store: `from` and `to` are what was in it.
  void Advance(const Facts& from, const Facts& to, Ask ask, Customer customer, uint32_t argument,
               const std::string& body);
  /// Equal for pasts that make no difference.
  [[nodiscard]] std::string Key() const;

 private:
  void Begin(Customer customer);
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_PAST_H_
