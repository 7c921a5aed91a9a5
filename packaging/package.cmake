# What an installation holds, and the Debian package: cpack --config build/release/CPackConfig.cmake
include(GNUInstallDirs)

# Man pages are kept as they are read; poller.yaml(5) is made of docs/configuration.md, so that no key is forgotten.
set(POLLER_MAN ${CMAKE_BINARY_DIR}/man)
file(MAKE_DIRECTORY ${POLLER_MAN})
add_custom_command(OUTPUT ${POLLER_MAN}/poller.yaml.5.gz
  COMMAND awk -f ${CMAKE_SOURCE_DIR}/packaging/man/configuration.awk ${CMAKE_SOURCE_DIR}/docs/configuration.md > ${POLLER_MAN}/poller.yaml.5
  COMMAND gzip -9nf ${POLLER_MAN}/poller.yaml.5
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/man/configuration.awk ${CMAKE_SOURCE_DIR}/docs/configuration.md)
add_custom_command(OUTPUT ${POLLER_MAN}/poller.8.gz
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/man/poller.8 > ${POLLER_MAN}/poller.8.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/man/poller.8)
add_custom_command(OUTPUT ${POLLER_MAN}/changelog.Debian.gz
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog > ${POLLER_MAN}/changelog.Debian.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/debian/changelog)
add_custom_target(package_files ALL DEPENDS ${POLLER_MAN}/poller.yaml.5.gz ${POLLER_MAN}/poller.8.gz ${POLLER_MAN}/changelog.Debian.gz)

install(TARGETS poller RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES packaging/systemd/poller.service DESTINATION /lib/systemd/system)
install(FILES packaging/debian/poller.yaml DESTINATION /etc/poller PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES ${POLLER_MAN}/poller.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${POLLER_MAN}/poller.yaml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES packaging/completions/poller.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME poller)
install(FILES packaging/completions/_poller DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES packaging/completions/poller.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
# With every page that one of these links to.
install(FILES docs/operations.md docs/configuration.md docs/microsoft365.md docs/gmail.md docs/rules.md docs/outbound.md
              docs/threading.md docs/schema.md docs/threat-model.md packaging/debian/copyright ${POLLER_MAN}/changelog.Debian.gz
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/poller)
install(FILES packaging/prometheus/poller.rules.yml packaging/grafana/poller.json poller.yaml
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/poller/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME poller)
set(CPACK_PACKAGE_VENDOR poller)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns the mail of help-desk mailboxes into tickets")
set(CPACK_PACKAGE_DESCRIPTION
"Fetches the mail of Microsoft 365 and other mailboxes over IMAP or POP3 with
delegated OAuth tokens or passwords, and writes tickets into SQLite in one
durable transaction. Only then does it tell the server: no mail is lost, and
none becomes a ticket twice.")
set(CPACK_PACKAGE_CONTACT "poller maintainers <poller@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
get_property(lazy GLOBAL PROPERTY POLLER_LAZY_PACKAGES) # which SHLIBDEPS cannot see
list(REMOVE_DUPLICATES lazy)
list(JOIN lazy ", " lazy)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${lazy}, adduser, ca-certificates, debconf (>= 0.5) | debconf-2.0")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles ${CMAKE_SOURCE_DIR}/packaging/debian/templates
    ${CMAKE_SOURCE_DIR}/packaging/debian/config
    ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
    ${CMAKE_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
