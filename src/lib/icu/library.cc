#include "lib/icu/library.h"

#include <unicode/uvernum.h>

#include "base/shared_library.h"

// ICU's functions carry its version in their names.
#define POLLER_ICU_SUFFIX "_" U_ICU_VERSION_SHORT

namespace poller::icu {

Library::Library() {
  const SharedLibrary file(POLLER_ICUUC_SONAME, POLLER_ICUUC_PACKAGE);
  file.find(ucnv_open, "ucnv_open" POLLER_ICU_SUFFIX);
  file.find(ucnv_close, "ucnv_close" POLLER_ICU_SUFFIX);
  file.find(ucnv_reset, "ucnv_reset" POLLER_ICU_SUFFIX);
  file.find(ucnv_setToUCallBack, "ucnv_setToUCallBack" POLLER_ICU_SUFFIX);
  file.find(ucnv_cbToUWriteUChars, "ucnv_cbToUWriteUChars" POLLER_ICU_SUFFIX);
  file.find(ucnv_convertEx, "ucnv_convertEx" POLLER_ICU_SUFFIX);
  file.find(uidna_openUTS46, "uidna_openUTS46" POLLER_ICU_SUFFIX);
  file.find(uidna_close, "uidna_close" POLLER_ICU_SUFFIX);
  file.find(uidna_nameToASCII_UTF8, "uidna_nameToASCII_UTF8" POLLER_ICU_SUFFIX);
  file.find(uidna_nameToUnicodeUTF8, "uidna_nameToUnicodeUTF8" POLLER_ICU_SUFFIX);
  file.find(u_strFromUTF8WithSub, "u_strFromUTF8WithSub" POLLER_ICU_SUFFIX);
  file.find(u_strToUTF8, "u_strToUTF8" POLLER_ICU_SUFFIX);
  file.find(u_strToLower, "u_strToLower" POLLER_ICU_SUFFIX);
  file.find(u_tolower, "u_tolower" POLLER_ICU_SUFFIX);
  file.find(u_toupper, "u_toupper" POLLER_ICU_SUFFIX);
}

Detector::Detector() {
  const SharedLibrary file(POLLER_ICUI18N_SONAME, POLLER_ICUI18N_PACKAGE);
  file.find(ucsdet_open, "ucsdet_open" POLLER_ICU_SUFFIX);
  file.find(ucsdet_close, "ucsdet_close" POLLER_ICU_SUFFIX);
  file.find(ucsdet_enableInputFilter, "ucsdet_enableInputFilter" POLLER_ICU_SUFFIX);
  file.find(ucsdet_setText, "ucsdet_setText" POLLER_ICU_SUFFIX);
  file.find(ucsdet_detect, "ucsdet_detect" POLLER_ICU_SUFFIX);
  file.find(ucsdet_getName, "ucsdet_getName" POLLER_ICU_SUFFIX);
  file.find(ucsdet_getConfidence, "ucsdet_getConfidence" POLLER_ICU_SUFFIX);
}

const Library& library() {
  static const Library loaded;
  return loaded;
}

const Detector& detector() {
  static const Detector loaded;
  return loaded;
}

}  // namespace poller::icu
