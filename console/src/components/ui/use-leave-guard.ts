import { useBlocker } from '@tanstack/react-router'
import { useConfirm } from './confirm'

/** Asks before a page with unsaved changes is left, inside the console and by closing the tab. */
export function useLeaveGuard(dirty: boolean) {
  const confirm = useConfirm()
  useBlocker({
    disabled: !dirty,
    enableBeforeUnload: dirty,
    shouldBlockFn: async ({ current, next }) => {
      if (current.pathname === next.pathname) return false
      return !(await confirm({ title: 'Leave without saving?', body: 'What you changed on this page is not saved yet.', confirm: 'Leave', cancel: 'Stay', danger: true }))
    },
  })
}
