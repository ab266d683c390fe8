import type { Command } from 'commander';
import { LakewrightError } from '../host/host';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A completion script made from the commands and options themselves. */
export function completionScript(program: Command, shell: string): string {
  const verbs = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: [...command.options, ...program.options].map((option) => option.long ?? '').filter(Boolean),
  }));
  switch (shell) {
    case 'bash':
      return [
        '_lakewright() {',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax
        '  local current="${COMP_WORDS[COMP_CWORD]}"',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax
        '  case "${COMP_WORDS[1]}" in',
        ...verbs.map(
          ({ name, options }) => `    ${name}) COMPREPLY=($(compgen -W "${options.join(' ')}" -- "$current")) ;;`,
        ),
        `    *) COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')}" -- "$current")) ;;`,
        '  esac',
        '}',
        'complete -o default -F _lakewright lakewright',
      ].join('\n');
    case 'zsh':
      return [
        '#compdef lakewright',
        '_lakewright() {',
        '  if (( CURRENT == 2 )); then',
        `    local -a verbs=(${verbs.map(({ name, summary }) => quote(`${name}:${summary}`)).join(' ')})`,
        "    _describe 'command' verbs",
        '    return',
        '  fi',
        '  case "$words[2]" in',
        ...verbs.map(({ name, options }) => `    ${name}) compadd -- ${options.join(' ')} ;;`),
        '  esac',
        '}',
        'compdef _lakewright lakewright',
      ].join('\n');
    case 'fish':
      return verbs
        .flatMap(({ name, summary, options }) => [
          `complete -c lakewright -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
          ...options.map((o) => `complete -c lakewright -n '__fish_seen_subcommand_from ${name}' -l ${o.slice(2)}`),
        ])
        .join('\n');
    default:
      throw new LakewrightError(
        'LW_COMPLETION_SHELL',
        `"${shell}" → completion scripts exist for ${SHELLS.join(', ')} → choose one of them`,
        2,
      );
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
