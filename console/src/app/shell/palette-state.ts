import { useHotkeys } from '@mantine/hooks'
import { useCallback, useState } from 'react'

/** Counts how often it was opened: each time starts afresh, and before the first its code is not loaded. */
export function usePalette() {
  const [opened, setOpened] = useState(false)
  const [times, setTimes] = useState(0)
  const open = useCallback(() => {
    setTimes(count => count + 1)
    setOpened(true)
  }, [])
  const close = useCallback(() => setOpened(false), [])
  useHotkeys([['mod+K', () => (opened ? close() : open())]], [])
  return { opened, times, open, close }
}
