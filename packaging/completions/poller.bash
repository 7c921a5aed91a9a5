# bash completion for poller(8)
_poller() {
  local cur prev words cword
  _init_completion || return
  local commands="run replay inspect login logout vault check status tickets show save set merge split note rules reparse explain quarantine outbox reply export keys db"
  local options="--config --json --once --dry-run --mailbox --log-level --log-format --version --help"
  case $prev in
    -c | --config | --text-file | --attach | --refresh-token-file)
      _filedir
      return
      ;;
    -o | --to)
      _filedir
      return
      ;;
    --log-level)
      mapfile -t COMPREPLY < <(compgen -W "trace debug info warning error" -- "$cur")
      return
      ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W "text json" -- "$cur")
      return
      ;;
    --status)
      mapfile -t COMPREPLY < <(compgen -W "new open pending closed" -- "$cur")
      return
      ;;
    quarantine)
      mapfile -t COMPREPLY < <(compgen -W "retry drop show export" -- "$cur")
      return
      ;;
    rules)
      mapfile -t COMPREPLY < <(compgen -W "test" -- "$cur")
      return
      ;;
    outbox)
      mapfile -t COMPREPLY < <(compgen -W "retry cancel" -- "$cur")
      return
      ;;
    keys)
      mapfile -t COMPREPLY < <(compgen -W "rotate" -- "$cur")
      return
      ;;
    db)
      mapfile -t COMPREPLY < <(compgen -W "check backup vacuum prune" -- "$cur")
      return
      ;;
    login | logout | check | --mailbox)
      mapfile -t COMPREPLY < <(compgen -W "$(poller status --json 2>/dev/null | grep -o '"name":"[^"]*"' | cut -d'"' -f4)" -- "$cur")
      return
      ;;
  esac
  local word command=
  for word in "${words[@]:1:cword-1}"; do
    [[ " $commands " == *" $word "* ]] && command=$word
  done
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  elif [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
  else
    _filedir
  fi
}
complete -F _poller poller
