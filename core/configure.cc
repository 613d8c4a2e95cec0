// Reads the options that a host gives (Engine::Configure).
#include "engine.h"
#include "model/json.h"

namespace anon {
namespace {

Failure ReadAttribute(const Member& member, BusinessAttribute* out) {
  out->name = member.name;
  if (IsArray(member.value)) {
    for (const std::string_view element : Elements(member.value)) {
      auto text = AsString(element);
      if (!text && AsInteger(element)) text = std::string(element);
      if (!text) return Invalid("business_attributes: values are strings or integers");
      out->values.emplace(*text, *text);
    }
    return std::nullopt;
  }
  if (!IsObject(member.value)) {
    return Invalid("business_attributes: an attribute is a list or an object of values");
  }
  for (const Member& value : Members(member.value)) {
    const auto display = AsString(value.value);
    if (!display) return Invalid("business_attributes: display names are strings");
    out->values.emplace(value.name, *display);
  }
  return std::nullopt;
}

Failure ReadMapping(std::string_view object, Options* options) {
  for (const Member& member : Members(object)) {
    const auto name = AsString(member.value);
    const BusinessAttribute* found = nullptr;
    for (const BusinessAttribute& attribute : options->attributes) {
      if (name && attribute.name == *name) found = &attribute;
    }
    if (found == nullptr) {
      return Invalid("business_attributes.mapping: names an attribute that is not defined");
    }
    options->mapping[std::string(member.name)] = *name;
    for (const auto& [value, display] : found->values) options->lists[std::string(member.name)].insert(value);
  }
  return std::nullopt;
}

Failure ReadAttributes(std::string_view object, Options* options) {
  if (!IsObject(object)) return Invalid("business_attributes: an object is expected");
  std::string_view mapping;
  for (const Member& member : Members(object)) {
    if (!IsObject(member.value)) return Invalid("business_attributes: objects are expected");
    if (member.name == "mapping") {
      mapping = member.value;
    } else if (member.name == "attributes") {
      for (const Member& attribute : Members(member.value)) {
        if (auto failure = ReadAttribute(attribute, &options->attributes.emplace_back())) {
          return failure;
        }
      }
    } else {
      return Invalid("business_attributes: attributes and mapping are accepted");
    }
  }
  return mapping.empty() ? std::nullopt : ReadMapping(mapping, options);
}

}  // namespace

Failure Engine::Configure(std::string_view json) {
  Members members;
  if (auto failure = ParseObject(json, "options", &members)) return failure;
  Options options;
  for (const Member& member : members) {
    if (member.name == "base_path") {
      const auto path = AsString(member.value);
      if (!path || (!path->empty() && ((*path)[0] != '/' || path->back() == '/'))) {
        return Invalid("base_path: a path such as /genesys/1/cs is expected");
      }
      options.base_path = *path;
    } else if (member.name == "not_found_status") {
      const auto status = AsInteger(member.value);
      if (status != 400 && status != 404) return Invalid("not_found_status: 400 or 404 is expected");
      options.not_found_status = static_cast<int>(*status);
    } else if (member.name == "auto_complete_after") {
      const auto seconds = AsInteger(member.value);
      if (!seconds || *seconds < 1 || *seconds > (int64_t{1} << 53)) {
        return Invalid("auto_complete_after: a whole number of seconds, 1 or more, is expected");
      }
      options.auto_complete_after = *seconds;
    } else if (member.name == "associations") {
      const auto flag = AsBool(member.value);
      if (!flag) return Invalid("associations: true or false is expected");
      options.associations = *flag;
    } else if (member.name == "undo_window") {
      const auto seconds = AsInteger(member.value);
      if (!seconds || *seconds < 0 || *seconds > (int64_t{1} << 40)) {
        return Invalid("undo_window: a whole number of seconds, 0 or more, is expected");
      }
      options.undo_window = *seconds;
    } else if (member.name == "piece_bytes") {
      const auto bytes = AsInteger(member.value);
      if (!bytes || *bytes < 1024 || *bytes > 16 * 1024 * 1024) {
        return Invalid("piece_bytes: 1024 to 16777216 is expected");
      }
      options.piece_bytes = static_cast<size_t>(*bytes);
    } else if (member.name == "business_attributes") {
      if (auto failure = ReadAttributes(member.value, &options)) return failure;
    } else {
      return Invalid(member.name, ": not an option");
    }
  }
  options_ = std::move(options);
  return std::nullopt;
}

}  // namespace anon
