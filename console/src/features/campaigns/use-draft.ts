import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Campaign, CampaignFields } from '@/api/types'
import { isProblem } from '@/lib/problem'
import { campaignQuery, updateCampaign } from './api/campaigns'

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed' | 'stale'

const PAUSE_MS = 900

/**
 * A campaign draft that saves itself. Saves run one after the other, each with the version the last one gave,
 * so that somebody else's change is noticed instead of overwritten.
 */
export function useDraft(campaign: Campaign) {
  const client = useQueryClient()
  const [fields, setFields] = useState<Campaign>(campaign)
  const [state, setState] = useState<SaveState>('saved')
  const [error, setError] = useState<unknown>(null)
  const pending = useRef<Partial<CampaignFields>>({})
  const version = useRef(campaign.version)
  const running = useRef<Promise<boolean>>(Promise.resolve(true))
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const save = useCallback(async (): Promise<boolean> => {
    const changes = pending.current
    if (Object.keys(changes).length === 0) return true
    pending.current = {}
    setState('saving')
    try {
      const updated = await updateCampaign(campaign.id, changes, version.current)
      version.current = updated.version
      client.setQueryData(campaignQuery(campaign.id).queryKey, updated)
      setError(null)
      setState(Object.keys(pending.current).length > 0 ? 'unsaved' : 'saved')
      return true
    } catch (cause) {
      // What was typed stays; the next change tries again with it.
      pending.current = { ...changes, ...pending.current }
      setError(cause)
      setState(isProblem(cause, 'stale_version') ? 'stale' : 'failed')
      return false
    }
  }, [campaign.id, client])

  /** Saves what is open now; false when it could not be saved. */
  const flush = useCallback(() => {
    clearTimeout(timer.current)
    running.current = running.current.then(save)
    return running.current
  }, [save])

  const change = useCallback(
    (part: Partial<CampaignFields>) => {
      setFields(current => ({ ...current, ...part }))
      pending.current = { ...pending.current, ...part }
      setState(current => (current === 'stale' ? 'stale' : 'unsaved'))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush(), PAUSE_MS)
    },
    [flush],
  )

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (Object.keys(pending.current).length > 0) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => {
      window.removeEventListener('beforeunload', warn)
      if (Object.keys(pending.current).length > 0) void flush()
    }
  }, [flush])

  return { fields, change, flush, state, error }
}

export type Draft = ReturnType<typeof useDraft>
