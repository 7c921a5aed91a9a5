// ICU, loaded with the first text that needs it. Its functions have their own names here.
#pragma once

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>
#include <unicode/uidna.h>
#include <unicode/ustring.h>

namespace poller::icu {

struct Library {
  Library();

  decltype(&::ucnv_open) ucnv_open;
  decltype(&::ucnv_close) ucnv_close;
  decltype(&::ucnv_reset) ucnv_reset;
  decltype(&::ucnv_setToUCallBack) ucnv_setToUCallBack;
  decltype(&::ucnv_cbToUWriteUChars) ucnv_cbToUWriteUChars;
  decltype(&::ucnv_convertEx) ucnv_convertEx;
  decltype(&::uidna_openUTS46) uidna_openUTS46;
  decltype(&::uidna_close) uidna_close;
  decltype(&::uidna_nameToASCII_UTF8) uidna_nameToASCII_UTF8;
  decltype(&::uidna_nameToUnicodeUTF8) uidna_nameToUnicodeUTF8;
  decltype(&::u_strFromUTF8WithSub) u_strFromUTF8WithSub;
  decltype(&::u_strToUTF8) u_strToUTF8;
  decltype(&::u_strToLower) u_strToLower;
  decltype(&::u_tolower) u_tolower;
  decltype(&::u_toupper) u_toupper;
};

/// ICU's charset detector, which is a library of its own.
struct Detector {
  Detector();

  decltype(&::ucsdet_open) ucsdet_open;
  decltype(&::ucsdet_close) ucsdet_close;
  decltype(&::ucsdet_enableInputFilter) ucsdet_enableInputFilter;
  decltype(&::ucsdet_setText) ucsdet_setText;
  decltype(&::ucsdet_detect) ucsdet_detect;
  decltype(&::ucsdet_getName) ucsdet_getName;
  decltype(&::ucsdet_getConfidence) ucsdet_getConfidence;
};

/// Loaded once, whatever the thread.
const Library& library();
const Detector& detector();

}  // namespace poller::icu
