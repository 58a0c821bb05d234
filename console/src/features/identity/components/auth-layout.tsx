import { useEffect, useRef, type ReactNode } from 'react'
import classes from '../screens/auth.module.css'

interface Props {
  title: string
  lead: string
  children: ReactNode
  foot?: ReactNode
}

const WAVES = [0, 1, 2, 3, 4, 5, 6, 7]

export function Mark({ size = 28 }: { size?: number }) {
  return <img src="/favicon.svg" alt="" width={size} height={size} />
}

export function AuthLayout({ title, lead, children, foot }: Props) {
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    document.title = `${title} · Tideline`
    // These pages are one form: whoever comes here comes to fill it in.
    main.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [title])
  return (
    <div className={classes.page}>
      <main ref={main} className={classes.side}>
        <div className={classes.inner}>
          <div className={classes.mark}>
            <Mark /> Tideline
          </div>
          <h1 className={classes.title}>{title}</h1>
          <p className={classes.lead}>{lead}</p>
          {children}
          {foot && <div className={`${classes.foot} tl-inline`}>{foot}</div>}
        </div>
      </main>
      <aside className={classes.art} aria-label="About Tideline">
        <svg viewBox="0 0 600 800" preserveAspectRatio="xMidYMid slice" aria-hidden>
          {WAVES.map(wave => (
            <path
              key={wave}
              d={`M-40 ${120 + wave * 62} C 80 ${70 + wave * 62}, 180 ${190 + wave * 58}, 320 ${130 + wave * 60} S 540 ${60 + wave * 64}, 660 ${140 + wave * 60}`}
              fill="none"
              stroke="#7fd8e7"
              strokeOpacity={0.34 - wave * 0.035}
              strokeWidth={1.5}
            />
          ))}
        </svg>
        <p className={classes.claim}>From the first form to the won deal, in one place that is yours.</p>
        <ul className={classes.points}>
          <li>Leads from files, forms and partners, each routed to the right person</li>
          <li>Campaigns with numbers that match the message log, exactly</li>
          <li>Your data on your own servers</li>
        </ul>
      </aside>
    </div>
  )
}
