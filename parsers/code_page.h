// Windows code page numbers as charset labels.
#pragma once

#include <string>

namespace poller {

/// "windows-1252" for 1252, "utf-8" for 65001; "cpN" for what has no better name, windows-1252 for 0.
std::string code_page_label(unsigned number);

/// The code page of a Windows font charset (LOGFONT lfCharSet, RTF \fcharset), or 0 where it names none.
unsigned code_page_of_font_charset(int charset) noexcept;

}  // namespace poller
