#include "parsers/date_names.h"

#include <algorithm>
#include <array>

namespace poller {
namespace {

struct MonthName {
  std::string_view start;  // what the name starts with
  int month;
};

// English first; the others are what mail programs with a localized date format write.
constexpr std::array kMonthNames = std::to_array<MonthName>({
    {"jan", 1},
    {"feb", 2},
    {"mar", 3},
    {"apr", 4},
    {"may", 5},
    {"jun", 6},
    {"jul", 7},
    {"aug", 8},
    {"sep", 9},
    {"oct", 10},
    {"nov", 11},
    {"dec", 12},
    {"okt", 10},
    {"dez", 12},
    {"mai", 5},
    {"mrz", 3},
    {"m\xc3\xa4r", 3},
    {"m\xc3\xa4rz", 3},
    {"fev", 2},
    {"f\xc3\xa9v", 2},
    {"avr", 4},
    {"juin", 6},
    {"juil", 7},
    {"ao\xc3\xbb", 8},
    {"aou", 8},
    {"d\xc3\xa9"
     "c",
     12},
    {"ene", 1},
    {"abr", 4},
    {"ago", 8},
    {"dic", 12},
    {"gen", 1},
    {"mag", 5},
    {"giu", 6},
    {"lug", 7},
    {"set", 9},
    {"ott", 10},
    {"out", 10},
    {"mrt", 3},
    {"mei", 5},
    {"maj", 5},
});

struct ZoneName {
  std::string_view name;
  int minutes;
};

constexpr std::array kZones = std::to_array<ZoneName>({
    {"ut", 0},     {"utc", 0},    {"gmt", 0},     {"z", 0},      {"est", -300}, {"edt", -240},  {"cst", -360},
    {"cdt", -300}, {"mst", -420}, {"mdt", -360},  {"pst", -480}, {"pdt", -420}, {"akst", -540}, {"akdt", -480},
    {"hst", -600}, {"hdt", -540}, {"ast", -240},  {"adt", -180}, {"nst", -210}, {"ndt", -150},  {"wet", 0},
    {"west", 60},  {"bst", 60},   {"cet", 60},    {"cest", 120}, {"met", 60},   {"mest", 120},  {"mez", 60},
    {"mesz", 120}, {"mewt", 60},  {"eet", 120},   {"eest", 180}, {"sast", 120}, {"cat", 120},   {"msk", 180},
    {"msd", 240},  {"trt", 180},  {"idt", 180},   {"gst", 240},  {"pkt", 300},  {"ist", 330},   {"npt", 345},
    {"ict", 420},  {"wib", 420},  {"hkt", 480},   {"sgt", 480},  {"myt", 480},  {"pht", 480},   {"awst", 480},
    {"jst", 540},  {"kst", 540},  {"acst", 570},  {"acdt", 630}, {"aest", 600}, {"aedt", 660},  {"nzst", 720},
    {"nzdt", 780}, {"brt", -180}, {"brst", -120}, {"art", -180}, {"clt", -240}, {"clst", -180}, {"cot", -300},
    {"pet", -300}, {"vet", -240},
});

}  // namespace

int month_of(std::string_view name) noexcept {
  const auto* const found = std::find_if(kMonthNames.begin(), kMonthNames.end(),
                                         [&](const MonthName& m) { return name.starts_with(m.start); });
  return found == kMonthNames.end() ? 0 : found->month;
}

std::optional<int> zone_of(std::string_view name) noexcept {
  if (name.size() == 1) return 0;
  const auto* const found =
      std::find_if(kZones.begin(), kZones.end(), [&](const ZoneName& z) { return z.name == name; });
  if (found == kZones.end()) return std::nullopt;
  return found->minutes;
}

}  // namespace poller
