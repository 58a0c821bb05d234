import classes from './avatar.module.css'

const HUES = [
  ['--tl-accent-soft', '--tl-accent-ink'],
  ['--tl-violet-soft', '--tl-violet'],
  ['--tl-green-soft', '--tl-green'],
  ['--tl-amber-soft', '--tl-amber'],
  ['--tl-blue-soft', '--tl-blue'],
  ['--tl-red-soft', '--tl-red'],
] as const

export function initials(name: string) {
  const words = name.trim().split(/[\s@.]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase()
}

function hue(name: string) {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return HUES[sum % HUES.length]!
}

export function Avatar({ name, size = 22, square }: { name: string; size?: number; square?: boolean }) {
  const [background, color] = hue(name)
  return (
    <span
      aria-hidden
      className={`${classes.avatar} ${square ? classes.square : ''}`}
      style={{ width: size, height: size, fontSize: Math.max(9, size * 0.42), background: `var(${background})`, color: `var(${color})` }}
    >
      {initials(name)}
    </span>
  )
}

export function Person({ name, size }: { name: string; size?: number }) {
  return (
    <span className={classes.person}>
      <Avatar name={name} size={size} />
      <span className="tl-truncate">{name}</span>
    </span>
  )
}
