import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Pipeline, Stage } from '@/api/types'
import { pipelinesQuery } from './leads'

const byPosition = (a: Stage, b: Stage) => a.position - b.position

export const stagesOf = (pipeline: Pipeline | undefined) => [...(pipeline?.stages ?? [])].sort(byPosition)

/** The stages of the default pipeline, or of the one a lead is in. */
export function useStages(pipelineId?: string) {
  const { data } = useQuery(pipelinesQuery)
  return useMemo(() => {
    const pipeline = data?.find(entry => entry.id === pipelineId) ?? data?.find(entry => entry.isDefault) ?? data?.[0]
    const all = (data ?? []).flatMap(entry => entry.stages)
    return { pipeline, stages: stagesOf(pipeline), name: (id?: string) => all.find(stage => stage.id === id)?.name, find: (id?: string) => all.find(stage => stage.id === id) }
  }, [data, pipelineId])
}
