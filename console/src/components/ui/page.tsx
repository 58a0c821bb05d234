import { Link, type LinkProps } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import classes from './page.module.css'

interface Props {
  title: string
  /** Shown in the place of the title, for a title that can be edited. */
  heading?: ReactNode
  crumbs?: { label: string; to: LinkProps['to'] }[]
  meta?: ReactNode
  actions?: ReactNode
  tabs?: { label: string; to: LinkProps['to']; badge?: ReactNode; exact?: boolean }[]
  /** `fill`: the content scrolls itself (tables, split views). */
  layout?: 'padded' | 'narrow' | 'medium' | 'fill'
  children: ReactNode
}

const LAYOUT = {
  padded: classes.padded,
  narrow: `${classes.padded} ${classes.narrow}`,
  medium: `${classes.padded} ${classes.medium}`,
  fill: classes.fill,
}

export function Page({ title, heading, crumbs = [], meta, actions, tabs, layout = 'padded', children }: Props) {
  useEffect(() => {
    document.title = `${title} · Tideline`
  }, [title])

  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div className={classes.heading}>
          {crumbs.map(crumb => (
            <span key={crumb.label} style={{ display: 'contents' }}>
              <Link to={crumb.to} className={classes.crumb}>
                {crumb.label}
              </Link>
              <span aria-hidden className={classes.slash}>
                /
              </span>
            </span>
          ))}
          {heading ?? <h1 className={`${classes.title} tl-truncate`}>{title}</h1>}
          {meta && <div className={classes.meta}>{meta}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {tabs && (
        <nav className={classes.tabs} aria-label={`${title} sections`}>
          {tabs.map(tab => (
            <Link key={tab.label} to={tab.to} className={classes.tab} activeOptions={{ exact: tab.exact ?? true, includeSearch: false }}>
              {tab.label}
              {tab.badge}
            </Link>
          ))}
        </nav>
      )}
      <div className={`${classes.body} ${LAYOUT[layout]}`}>{children}</div>
    </div>
  )
}
