"""Node classes that a workflow may use: the core ones that are known to be safe.

They read our uploads and the server's models and write to its output folder; none opens a path or
an address that it is given, runs code, trains, or saves models. Left out of ComfyUI's core are
therefore the nodes of datasets, training, video, audio and 3D files, latents and models on disk,
outputs of others (LoadImageOutput), cameras, shaders, expressions and regular expressions. An
operator may allow more by name (`COMFYUI_NODE_CLASSES`, docs/settings.md).
"""

from collections.abc import Iterable

_LOADERS = """
    CheckpointLoaderSimple CLIPLoader CLIPVisionLoader ControlNetLoader DiffControlNetLoader
    DualCLIPLoader GLIGENLoader HypernetworkLoader ImageOnlyCheckpointLoader LoadImage
    LoadImageMask LoraLoader LoraLoaderModelOnly ModelPatchLoader PhotoMakerLoader
    QuadrupleCLIPLoader StyleModelLoader TripleCLIPLoader UNETLoader UpscaleModelLoader VAELoader
    unCLIPCheckpointLoader
"""
_CONDITIONING = """
    CLIPSetLastLayer CLIPTextEncode CLIPTextEncodeControlnet CLIPTextEncodeFlux
    CLIPTextEncodeHiDream CLIPTextEncodeHunyuanDiT CLIPTextEncodeLumina2 CLIPTextEncodePixArtAlpha
    CLIPTextEncodeSD3 CLIPTextEncodeSDXL CLIPTextEncodeSDXLRefiner CLIPVisionEncode
    ConditioningAverage ConditioningCombine ConditioningConcat ConditioningMultiply
    ConditioningSetArea ConditioningSetAreaPercentage ConditioningSetAreaStrength
    ConditioningSetMask ConditioningSetTimestepRange ConditioningZeroOut ControlNetApply
    ControlNetApplyAdvanced ControlNetApplySD3 ControlNetInpaintingAliMamaApply
    FluxDisableGuidance FluxGuidance FluxKontextImageScale FluxKontextMultiReferenceLatentMethod
    GLIGENTextBoxApply InpaintModelConditioning InstructPixToPixConditioning LotusConditioning
    PhotoMakerEncode ReferenceLatent SD_4XUpscale_Conditioning SetUnionControlNetType
    StyleModelApply T5TokenizerOptions TextEncodeQwenImageEdit TextEncodeQwenImageEditPlus
    TextEncodeZImageOmni unCLIPConditioning
"""
_LATENT = """
    EmptyChromaRadianceLatentImage EmptyFlux2LatentImage EmptyHunyuanImageLatent EmptyLatentImage
    EmptyQwenImageLayeredLatentImage EmptySD3LatentImage LatentAdd LatentBatch
    LatentBatchSeedBehavior LatentBlend LatentComposite LatentCompositeMasked LatentCrop LatentFlip
    LatentFromBatch LatentInterpolate LatentMultiply LatentRotate LatentSubtract LatentUpscale
    LatentUpscaleBy RebatchLatents RepeatLatentBatch SetLatentNoiseMask
    StableCascade_EmptyLatentImage StableCascade_StageB_Conditioning
    StableCascade_StageC_VAEEncode VAEDecode VAEDecodeTiled VAEEncode VAEEncodeForInpaint
    VAEEncodeTiled
"""
_SAMPLING = """
    AddNoise AlignYourStepsScheduler APG BasicGuider BasicScheduler BetaSamplingScheduler
    CFGGuider CFGNorm CFGOverride CFGZeroStar DifferentialDiffusion DisableNoise DualCFGGuider
    ExponentialScheduler ExtendIntermediateSigmas FlipSigmas Flux2Scheduler FreeU FreeU_V2 FreSca
    GITSScheduler HyperTile KarrasScheduler KSampler KSamplerAdvanced KSamplerSelect
    LaplaceScheduler Mahiro ModelMergeAdd ModelMergeSimple ModelMergeSubtract
    ModelSamplingAuraFlow ModelSamplingContinuousEDM ModelSamplingContinuousV
    ModelSamplingDiscrete ModelSamplingFlux ModelSamplingSD3 ModelSamplingStableCascade
    NAGuidance OptimalStepsScheduler PatchModelAddDownscale PerpNeg PerpNegGuider
    PerturbedAttentionGuidance PolyexponentialScheduler RandomNoise RenormCFG RescaleCFG
    SamplerCustom SamplerCustomAdvanced SamplerDPMAdaptative SamplerDPMPP_2M_SDE
    SamplerDPMPP_2S_Ancestral SamplerDPMPP_3M_SDE SamplerDPMPP_SDE SamplerER_SDE
    SamplerEulerAncestral SamplerEulerAncestralCFGPP SamplerEulerCFGpp SamplerLCM
    SamplerLCMUpscale SamplerLMS SamplerSASolver SamplingPercentToSigma SDTurboScheduler
    SelfAttentionGuidance SetFirstSigma SkipLayerGuidanceDiT SkipLayerGuidanceDiTSimple
    SkipLayerGuidanceSD3 SplitSigmas SplitSigmasDenoise TCFG TomePatchModel VPScheduler
"""
_PICTURES = """
    AdjustBrightness AdjustContrast Canny CenterCropImages ColorTransfer CropMask EmptyImage
    FeatherMask GetImageSize GrowMask ImageAddNoise ImageBatch ImageBlend ImageBlur
    ImageColorToMask ImageCompositeMasked ImageCrop ImageFlip ImageFromBatch ImageGrid ImageInvert
    ImagePadForOutpaint ImageQuantize ImageRGBToYUV ImageRotate ImageScale ImageScaleBy
    ImageScaleToMaxDimension ImageScaleToTotalPixels ImageSharpen ImageStitch ImageToMask
    ImageUpscaleWithModel ImageYUVToRGB InvertMask JoinImageWithAlpha MaskComposite MaskPreview
    MaskToImage Morphology NormalizeImages PorterDuffImageComposite PreviewAny PreviewImage
    RebatchImages RepeatImageBatch ResizeAndPadImage ResizeImagesByLongerEdge
    ResizeImagesByShorterEdge SaveImage SolidMask SplitImageWithAlpha ThresholdMask
"""
_VALUES = """
    CaseConverter ColorToRGBInt ComfyNumberConvert PrimitiveBoolean PrimitiveFloat PrimitiveInt
    PrimitiveString PrimitiveStringMultiline ResolutionSelector SeedNode StringConcatenate
    StringReplace StringSubstring StringTrim StripWhitespace
"""

_GROUPS = (_LOADERS, _CONDITIONING, _LATENT, _SAMPLING, _PICTURES, _VALUES)

CORE = frozenset(name for group in _GROUPS for name in group.split())


def allowed(more: Iterable[str]) -> frozenset[str]:
    """The core classes and those that the operator adds."""
    return CORE | frozenset(more)
