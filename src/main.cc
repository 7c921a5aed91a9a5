#include "cli/cli.h"

int main(int argc, char** argv) { return poller::cli::run(argc, argv); }
